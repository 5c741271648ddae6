namespace FrameRpc.Gateway.Backends;

/// <summary>Why a call was not served. Each format maps it to its own status.</summary>
internal enum RejectReason : byte
{
    NoRoute,
    Malformed,
    TooLarge,
    TooMany,
    NoServer,
    ServerLost,
    /// <summary>The server's reply cannot be forwarded. For callers this is the same as a lost server.</summary>
    BadReply,
    TimedOut,
    Draining,
    /// <summary>The gateway has run out of descriptors, ports or memory.</summary>
    Exhausted,
}
