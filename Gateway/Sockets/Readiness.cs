namespace FrameRpc.Gateway.Sockets;

/// <summary>What a socket has become ready for. Reported once for each change (edge-triggered), so that the handler has to remember it.</summary>
[Flags]
internal enum Readiness : byte
{
    None = 0,
    Readable = 1,
    Writable = 2,
    /// <summary>The peer will send nothing more: read until the end of the stream is seen.</summary>
    PeerEnded = 4,
    /// <summary>The connection is broken, or could not be made. What had arrived before may still be read.</summary>
    Failed = 8,
}

/// <summary>The owner of a socket or a listener, called when it is ready.</summary>
internal interface IReadyHandler
{
    void OnReady(Readiness readiness);

    /// <summary>An exception escaped <see cref="OnReady"/>: give up this connection, and nothing else.</summary>
    void OnException(Exception exception);
}
