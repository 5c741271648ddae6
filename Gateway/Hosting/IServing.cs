namespace FrameRpc.Gateway.Hosting;

/// <summary>What serves callers, as far as the end of it goes.</summary>
internal interface IServing
{
    /// <summary>Callers connected.</summary>
    long Callers { get; }

    /// <summary>Accepts nobody any more, and no new calls. The task ends when the last caller has left.</summary>
    Task Drain();

    /// <summary>Cuts off whoever is left of those who were to leave.</summary>
    void Abort();
}
