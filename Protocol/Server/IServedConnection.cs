namespace FrameRpc.Protocol.Server;

/// <summary>One caller's connection as <see cref="AcceptLoop"/> sees it, whatever its format.</summary>
internal interface IServedConnection
{
    /// <summary>
    /// Serves until the caller has gone, or until nothing is left to do after <see cref="Drain"/> or <see cref="Abort"/>. The loop ends the transport afterwards.
    /// </summary>
    Task RunAsync();

    /// <summary>Takes no further call, and ends when those in hand are over. From any thread; once.</summary>
    void Drain();

    /// <summary>Cancels the calls in hand and ends the connection now. From any thread; perhaps after <see cref="Drain"/>.</summary>
    void Abort();
}
