namespace FrameRpc.Tests.Simulation;

/// <summary>A run in which every event follows from a seed.</summary>
internal interface IStory
{
    /// <summary>The events so far.</summary>
    EventLog Events { get; }

    /// <summary>Plays it to the end. Fails if an invariant is violated.</summary>
    Task Play();
}
