namespace FrameRpc.Gateway.EventLoop;

/// <summary>The life of a connection.</summary>
internal enum ConnectionState : byte
{
    /// <summary>To a server, not yet made. What is written meanwhile waits.</summary>
    Connecting,
    Open,
    /// <summary>Says what is left to say, then ends its direction and reads the peer's rest away, so that no reset eats the last words.</summary>
    Ending,
    Closed,
}
