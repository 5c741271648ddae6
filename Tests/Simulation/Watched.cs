using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>A socket or listener that a simulated network watches for a loop.</summary>
internal abstract class Watched
{
    public IReadyHandler? Owner { get; set; }

    public abstract bool IsClosed { get; }

    /// <summary>What it is ready for now.</summary>
    public abstract Readiness Level { get; }

    /// <summary>Changed since it was last reported.</summary>
    public bool IsEdgeQueued { get; set; }

    /// <summary>Level-triggered: reported in every wait while it is ready.</summary>
    public virtual bool StaysRaised => false;

    /// <summary>Called when it was reported.</summary>
    public virtual void NoteReported()
    {
    }
}
