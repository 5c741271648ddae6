using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>What a simulated network watches for a loop: a socket, or a listener.</summary>
internal abstract class Watched
{
    public IReadyHandler? Owner { get; set; }

    public abstract bool IsClosed { get; }

    /// <summary>What it is ready for now.</summary>
    public abstract Readiness Level { get; }

    /// <summary>Changed since it was last looked at.</summary>
    public bool IsEdgeQueued { get; set; }

    /// <summary>Level-triggered: looked at in every wait while it is ready.</summary>
    public virtual bool StaysRaised => false;

    /// <summary>It was looked at.</summary>
    public virtual void NoteReported()
    {
    }
}
