using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>The pipes of one worker. Bounded; a pipe that still holds bytes is never used again, for they would be the next body's.</summary>
internal sealed class SplicePool(INetwork network, WorkerCounters counters, RelayPolicy policy)
{
    /// <summary>Kept between bodies. To make, size and close a pipe takes 10 µs (measured); an idle one holds two descriptors, and its 256 places 10 KiB.</summary>
    private const int IdleMax = 16;

    /// <summary>Splice does not work with these sockets here (a sandbox, an old kernel): asking again for each body would be in vain.</summary>
    private bool _isUnsupported;
    private readonly Stack<Splice> _idle = new(IdleMax);

    /// <summary>Whether so long a stretch should be spliced at all; see <see cref="Rent"/> for whether it can be.</summary>
    public bool IsWorthIt(long bytes, bool fromTcp, bool toTcp)
    {
        if (policy.Mode == RelayMode.Copy || bytes < policy.SpliceBytesMin || _isUnsupported)
            return false;
        if (policy.Mode != RelayMode.Auto || !IsCopyingFaster(fromTcp, toTcp))
            return true;
        counters.CopiesChosen++;
        return false;
    }

    /// <summary>
    /// From a Unix socket to TCP. bench/relay.sh, a stream of 4 MiB frames, GiB/s and CPU seconds a GiB, spliced and copied: from
    /// Unix to TCP 1.60 at 0.49 and 1.84 at 0.31; from TCP to Unix 2.32 at 0.18 and 1.71 at 0.36; from Unix to Unix 2.59 at 0.18
    /// and 2.12 at 0.27; from TCP to TCP 1.64 at 0.20 and 1.44 at 0.44.
    /// </summary>
    private static bool IsCopyingFaster(bool fromTcp, bool toTcp) => !fromTcp && toTcp;

    /// <summary>Null when there is none: then the body is copied.</summary>
    public Splice? Rent()
    {
        if (!_idle.TryPop(out Splice? splice))
            splice = Make();
        if (splice is null)
            counters.SplicesRefused++;
        else
            counters.PipesInUse++;
        return splice;
    }

    public void Return(Splice splice)
    {
        counters.PipesInUse--;
        bool isDirty = splice.PipedBytes > 0;
        splice.End();
        if (!isDirty && _idle.Count < IdleMax)
        {
            _idle.Push(splice);
            return;
        }
        if (isDirty)
            counters.PipesDiscarded++;
        splice.Close();
    }

    /// <summary>The kernel does not splice between these sockets.</summary>
    public void NoteUnsupported()
    {
        _isUnsupported = true;
        counters.SplicesRefused++;
    }

    private Splice? Make() => counters.PipesInUse < policy.PipesMax && network.OpenPipe() is { } pipe ? new Splice(pipe) : null;
}
