using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf.Compression;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Protocol.Client;

/// <summary>What the clients of both formats can be told.</summary>
public abstract record ClientOptions
{
    /// <summary>How long a call may take where it does not say so itself; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for as long as it likes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long making one connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait before another connection is tried after one could not be made.</summary>
    public Backoff Backoff { get; init; } = new();

    /// <summary>The longest smf payload, or JSON part of a frame message, in bytes; checked before memory is taken. Octets are streams and have no limit.</summary>
    public int MessageBytesMax { get; init; } = 64 << 20;

    /// <summary>Where connections and their failures are logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of timeouts and back-off.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A value would never let a call through.</exception>
    internal virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MessageBytesMax, 1);
        TimeLimit.Validate(Timeout);
        TimeLimit.Validate(ConnectTimeout);
    }
}

/// <summary>What a <see cref="FrameClient"/> can be told.</summary>
public sealed record FrameClientOptions : ClientOptions
{
    /// <summary>Connections at once. A connection carries one call at a time, so further calls wait.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>How long a connection that nobody needs is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether every server behind the address reads an octets request to its end, or closes, before it reads the next request: this library's server does, and
    /// this gateway. The first implementation's handlers may leave a part of the octets unread, and its server reads that as the next request: so a connection
    /// that carried an octets request is not used again, unless this is set.
    /// </summary>
    public bool ServerDrainsOctets { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        TimeLimit.Validate(IdleTimeout);
    }
}

/// <summary>What an <see cref="SmfClient"/> can be told.</summary>
public sealed record SmfClientOptions : ClientOptions
{
    /// <summary>
    /// Bytes of requests in flight, and of large replies while they come, on all the client's connections. Further calls wait, in order. At least
    /// <see cref="ClientOptions.MessageBytesMax"/>.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 128 << 20;

    /// <summary>Packs the requests for which that pays; by default none. Replies are unpacked in any case.</summary>
    public SmfCompressor? Compressor { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytesMax, MessageBytesMax);
    }
}

/// <summary>What one call may ask for beside its method and body. <c>default</c> asks for nothing.</summary>
public readonly record struct CallOptions
{
    /// <summary>How long the call may take, waiting for a connection included; by default <see cref="ClientOptions.Timeout"/>.</summary>
    /// <remarks>It ends with the reply's header for octets, which may stream for as long as both sides like.</remarks>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Wait, within the timeout, while there is no connection, where the call would otherwise fail at once.</summary>
    public bool WaitForReady { get; init; }
}
