using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>What a machine can run out of.</summary>
internal enum Scarce
{
    Pipes,
    Descriptors,
    Watches,
    Memory,
}

/// <summary>Has a machine run out of something for a while.</summary>
internal sealed class Shortage(SimulatedGateway gateway)
{
    private SimulatedWorld World => gateway.World;

    /// <summary>There is none from now on, for so long.</summary>
    public void Begin(Scarce scarce, long ms)
    {
        World.Events.Note("no {2} are to be had for {0} ms", ms, name: scarce.ToString());
        int pipeBytes = World.Conditions.PipeBytes;
        Set(scarce, isScarce: true, pipeBytes);
        World.After(ms, () => Set(scarce, isScarce: false, pipeBytes));
    }

    private void Set(Scarce scarce, bool isScarce, int pipeBytes)
    {
        switch (scarce)
        {
            case Scarce.Pipes:
                World.Conditions = World.Conditions with { PipeBytes = isScarce ? 0 : pipeBytes };
                break;
            case Scarce.Descriptors:
                World.Descriptors.AreExhausted = isScarce;
                break;
            case Scarce.Watches:
                World.Descriptors.AreWatchesExhausted = isScarce;
                break;
            default:
                SetMemory(isScarce);
                break;
        }
    }

    private void SetMemory(bool isScarce)
    {
        gateway.Memory.EndShortage();
        if (!isScarce)
            return;
        foreach (SimulatedWorker worker in gateway.Workers)
            _ = gateway.Memory.Exhaust(worker.Loop.Blocks);
    }
}
