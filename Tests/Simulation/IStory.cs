namespace FrameRpc.Tests.Simulation;

/// <summary>A run whose every event follows from a seed.</summary>
internal interface IStory
{
    /// <summary>What has happened in it so far.</summary>
    EventLog Events { get; }

    /// <summary>Plays it to its end. Fails where something does not hold.</summary>
    Task Tell();
}
