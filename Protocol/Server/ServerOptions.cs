using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf.Compression;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Protocol.Server;

/// <summary>Options of the servers of both formats.</summary>
public abstract record ServerOptions
{
    /// <summary>Maximum number of connections; further callers wait to be accepted.</summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>
    /// Maximum number of running handlers, over all connections. At the limit, connections are not read until a handler has completed.
    /// </summary>
    public int CallsMax { get; init; } = 1024;

    /// <summary>
    /// Maximum memory for requests and replies, over all connections, in bytes: for requests while they arrive and are decompressed, for replies and
    /// their compressed form until they are written. At the limit, connections are not read until enough is free. A compressed request that needs
    /// more than the whole is rejected with 413. A reply is counted when it exists, so those of calls in progress may exceed the limit. At least <see
    /// cref="MessageBytesMax"/>; octets are streams and are not counted.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 256 << 20;

    /// <summary>
    /// Maximum size of an smf payload, or of the JSON part of a frame message, in bytes; checked before memory is allocated. Octets are streams and
    /// have no limit.
    /// </summary>
    public int MessageBytesMax { get; init; } = 64 << 20;

    /// <summary>How long an smf payload, or the JSON part of a frame message, may take to arrive, because it occupies memory meanwhile.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a caller may stall within a request, or without reading its reply; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a frame error reply contains the message of any exception of a handler. smf has no room for text.</summary>
    public bool DetailedErrors { get; init; }

    /// <summary>Receives messages about connections, handlers and their failures.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of stopping, of timeouts, and of the pause after a failed accept.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with a limit.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CallsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MessageBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytesMax, MessageBytesMax);
        TimeLimit.Validate(MessageTimeout);
        TimeLimit.Validate(StallTimeout);
    }
}

/// <summary>Options of a <see cref="FrameServer"/>.</summary>
public sealed record FrameServerOptions : ServerOptions;

/// <summary>Options of an <see cref="SmfServer"/>.</summary>
public sealed record SmfServerOptions : ServerOptions
{
    /// <summary>
    /// Compresses replies that become smaller by it, unless their request was sent as <see cref="Smf.SmfCompression.Disabled"/>; none by default.
    /// Requests are decompressed in any case.
    /// </summary>
    public SmfCompressor? Compressor { get; init; }
}
