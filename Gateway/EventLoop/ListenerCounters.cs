namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// One worker's counters of one listener. Written by the worker's thread only, without locks; other threads read them slightly late.
/// </summary>
internal sealed class ListenerCounters(string name)
{
    /// <summary>The listener's name.</summary>
    public string Name => name;

    /// <summary>Callers that this worker has served, wherever they were accepted.</summary>
    public long Accepted;
    /// <summary>Of these, the number that have disconnected.</summary>
    public long Closed;
    /// <summary>Callers refused because a limit on callers was reached.</summary>
    public long Refused;
    /// <summary>Callers accepted here and handed over to another worker with fewer.</summary>
    public long HandedOver;

    /// <summary>Read in this order, so that a caller that connects and disconnects meanwhile cannot make it negative.</summary>
    public long Open
    {
        get
        {
            long closed = Volatile.Read(ref Closed);
            return Volatile.Read(ref Accepted) - closed;
        }
    }
}
