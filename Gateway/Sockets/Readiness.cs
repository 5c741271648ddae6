namespace FrameRpc.Gateway.Sockets;

/// <summary>What a socket is ready for. Reported once for each change (edge-triggered), so handlers have to remember it.</summary>
[Flags]
internal enum Readiness : byte
{
    None = 0,
    Readable = 1,
    Writable = 2,
    /// <summary>The peer sends nothing more: read until the end of the stream.</summary>
    PeerEnded = 4,
    /// <summary>The connection broke, or could not be established. Bytes that arrived before may still be read.</summary>
    Failed = 8,
}

/// <summary>The owner of a socket or a listener, called when it is ready.</summary>
internal interface IReadyHandler
{
    void OnReady(Readiness readiness);

    /// <summary><see cref="OnReady"/> threw an exception: close this connection, and nothing else.</summary>
    void OnException(Exception exception);
}
