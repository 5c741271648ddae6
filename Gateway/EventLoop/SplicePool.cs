using System.Diagnostics;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// The pipes of one worker. Bounded; a pipe that still holds bytes is never reused, because they would become part of the next body.
/// </summary>
internal sealed class SplicePool(INetwork network, WorkerCounters counters, RelayPolicy policy)
{
    /// <summary>
    /// Pipes kept between bodies. Creating, sizing and closing a pipe takes 10 µs (measured); an idle one holds two descriptors and 10 KiB for its
    /// 256 slots.
    /// </summary>
    private const int IdleMax = 16;

    private readonly Stack<Splice> _idle = new(IdleMax);

    /// <summary>Kinds of sockets that cannot be spliced here (a sandbox, an old kernel), so that it is not tried again for each body.</summary>
    private KindSet _refusedSources, _refusedSinks;

    /// <summary>Whether this many bytes should be spliced at all; see <see cref="Rent"/> for whether they can be.</summary>
    public bool ShouldSplice(long bytes, ISocket source, ISocket sink)
    {
        if (policy.Mode == RelayMode.Copy || bytes < policy.SpliceBytesMin || !source.CanSplice || !sink.CanSplice)
            return false;
        if (policy.Mode == RelayMode.Auto && IsCopyingFaster(source.Kind, sink.Kind))
        {
            counters.CopiesChosen++;
            return false;
        }
        if (!_refusedSources.Contains(source.Kind) && !_refusedSinks.Contains(sink.Kind))
            return true;
        counters.SplicesRefused++;
        return false;
    }

    /// <summary>
    /// From a Unix socket to TCP. bench/relay.sh, a stream of 4 MiB frames, GiB/s and CPU seconds per GiB, spliced and copied: from Unix to TCP 1.60
    /// at 0.49 and 1.84 at 0.31; from TCP to Unix 2.32 at 0.18 and 1.71 at 0.36; from Unix to Unix 2.59 at 0.18 and 2.12 at 0.27; from TCP to TCP
    /// 1.64 at 0.20 and 1.44 at 0.44.
    /// </summary>
    private static bool IsCopyingFaster(SocketKind source, SocketKind sink) => source == SocketKind.Unix && sink == SocketKind.Tcp;

    /// <summary>Null if none is available: the body is then copied.</summary>
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

    /// <summary>Takes back a splice whose ends are detached.</summary>
    public void Return(Splice splice)
    {
        Debug.Assert(!splice.IsAttached);
        counters.PipesInUse--;
        bool isDirty = splice.PipedBytes > 0;
        if (!isDirty && _idle.Count < IdleMax)
        {
            _idle.Push(splice);
            return;
        }
        if (isDirty)
            counters.PipesDiscarded++;
        splice.Close();
    }

    /// <summary>The kernel cannot fill a pipe from sockets of this kind.</summary>
    public void NoteSourceRefused(SocketKind kind)
    {
        _refusedSources.Add(kind);
        counters.SplicesRefused++;
    }

    /// <summary>The kernel cannot empty a pipe into sockets of this kind.</summary>
    public void NoteSinkRefused(SocketKind kind)
    {
        _refusedSinks.Add(kind);
        counters.SplicesRefused++;
    }

    private Splice? Make() => counters.PipesInUse < policy.PipesMax && network.OpenPipe() is { } pipe ? new Splice(pipe) : null;

    private struct KindSet
    {
        private uint _bits;

        public readonly bool Contains(SocketKind kind) => (_bits & (1u << (int)kind)) != 0;

        public void Add(SocketKind kind) => _bits |= 1u << (int)kind;
    }
}
