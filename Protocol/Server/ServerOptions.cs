using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf.Compression;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Protocol.Server;

/// <summary>What the servers of both formats can be told.</summary>
public abstract record ServerOptions
{
    /// <summary>Connections at once; further callers wait to be accepted.</summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>Handlers at once, over all connections. Where more calls come, connections are not read until one is over.</summary>
    public int CallsMax { get; init; } = 1024;

    /// <summary>
    /// Bytes of requests and replies held at once, over all connections: of requests as they come and as they are unpacked, of replies and what they are packed
    /// into until they are written. Where more come, connections are not read until enough of it is free. A packed request that needs more than all of it is
    /// refused with 413. A reply exists when it is counted: those of the calls in hand may come on top. At least <see cref="MessageBytesMax"/>; octets are streams
    /// and are not counted.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 256 << 20;

    /// <summary>The longest smf payload, or JSON part of a frame message, in bytes; checked before memory is taken. Octets are streams and have no limit.</summary>
    public int MessageBytesMax { get; init; } = 64 << 20;

    /// <summary>How long an smf payload, or JSON part of a frame message, may take to come once it has begun, because it holds memory meanwhile.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a caller may stand still within a request, or without reading its reply; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it likes.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a frame error reply says what any exception of a handler says. smf has no place for text.</summary>
    public bool DetailedErrors { get; init; }

    /// <summary>Where connections, handlers and their failures are logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of stopping, of timeouts, and of the pause after a failed accept.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A limit would never let a call through.</exception>
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

/// <summary>What a <see cref="FrameServer"/> can be told.</summary>
public sealed record FrameServerOptions : ServerOptions;

/// <summary>What an <see cref="SmfServer"/> can be told.</summary>
public sealed record SmfServerOptions : ServerOptions
{
    /// <summary>
    /// Packs the replies for which that pays, unless their request was sent as <see cref="Smf.SmfCompression.Disabled"/>; by default none. Requests are unpacked
    /// in any case.
    /// </summary>
    public SmfCompressor? Compressor { get; init; }
}
