using FrameRpc.Protocol.Limits;
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
