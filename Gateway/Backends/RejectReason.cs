namespace FrameRpc.Gateway.Backends;

/// <summary>Why a call was not served. Each protocol has its own words for it.</summary>
internal enum RejectReason : byte
{
    NoRoute,
    Malformed,
    TooLarge,
    TooMany,
    NoServer,
    ServerLost,
    /// <summary>The server's reply cannot be passed on. For callers this is the same as a lost server.</summary>
    BadReply,
    TimedOut,
    Draining,
    /// <summary>Of something that the gateway needs for the call it has no more: descriptors, ports, memory.</summary>
    Exhausted,
}
