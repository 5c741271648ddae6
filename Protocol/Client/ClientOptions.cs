using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf.Compression;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Protocol.Client;

/// <summary>Options of the clients of both formats.</summary>
public abstract record ClientOptions
{
    /// <summary>Time limit for calls that do not set their own; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time limit for establishing a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Delays between connection attempts after failures.</summary>
    public Backoff Backoff { get; init; } = new();

    /// <summary>
    /// Maximum size of an smf payload, or of the JSON part of a frame message, in bytes; checked before memory is allocated. Octets are streams and
    /// have no limit.
    /// </summary>
    public int MessageBytesMax { get; init; } = 64 << 20;

    /// <summary>Receives messages about connections and their failures.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of timeouts and back-off.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with this value.</exception>
    internal virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MessageBytesMax, 1);
        TimeLimit.Validate(Timeout);
        TimeLimit.Validate(ConnectTimeout);
    }
}

/// <summary>Options of a <see cref="FrameClient"/>.</summary>
public sealed record FrameClientOptions : ClientOptions
{
    /// <summary>Maximum number of connections. A connection carries one call at a time, so further calls wait.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>How long an unused connection is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether every server behind the address reads an octets request to its end, or closes the connection, before it reads the next request. This
    /// library's server and this gateway do. Handlers of the first implementation may leave octets unread, and its server then reads them as the next
    /// request; so by default a connection that carried an octets request is not used again.
    /// </summary>
    public bool ServerDrainsOctets { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        TimeLimit.Validate(IdleTimeout);
    }
}

/// <summary>Options of an <see cref="SmfClient"/>.</summary>
public sealed record SmfClientOptions : ClientOptions
{
    /// <summary>
    /// Maximum memory for requests in flight, and for large replies while they arrive, over all connections of the client, in bytes. Further calls
    /// wait, in order. At least <see cref="ClientOptions.MessageBytesMax"/>.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 128 << 20;

    /// <summary>Compresses requests that become smaller by it; none by default. Replies are decompressed in any case.</summary>
    public SmfCompressor? Compressor { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytesMax, MessageBytesMax);
    }
}

/// <summary>Options of a single call. <c>default</c> uses those of the client.</summary>
public readonly record struct CallOptions
{
    /// <summary>Time limit for the call, including the wait for a connection; by default <see cref="ClientOptions.Timeout"/>.</summary>
    /// <remarks>For octets it ends with the reply's header; the body may be streamed without a limit.</remarks>
    public TimeSpan? Timeout { get; init; }

    /// <summary>If there is no connection, wait for one within the timeout instead of failing at once.</summary>
    public bool WaitForReady { get; init; }
}
