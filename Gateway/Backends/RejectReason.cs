namespace FrameRpc.Gateway.Backends;

/// <summary>Why a call was not served. Each format maps it to its own status.</summary>
internal enum RejectReason : byte
{
    NoRoute,
    Malformed,
    TooLarge,
    /// <summary>The request did not arrive in time.</summary>
    RequestTimedOut,
    TooMany,
    NoServer,
    ServerLost,
    /// <summary>The server's reply cannot be forwarded. For callers this is the same as a lost server.</summary>
    BadReply,
    TimedOut,
    /// <summary>The whole call took longer than the deadline of its route.</summary>
    Deadline,
    /// <summary>The server moved a streamed body more slowly than the minimum rate.</summary>
    ServerTooSlow,
    Draining,
    /// <summary>The gateway has run out of descriptors, ports or memory.</summary>
    Exhausted,
}
