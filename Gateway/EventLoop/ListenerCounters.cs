namespace FrameRpc.Gateway.EventLoop;

/// <summary>The callers of one listener on one worker. Written by its thread alone, without locks; read by others, who may see it a moment late.</summary>
internal sealed class ListenerCounters(string name)
{
    /// <summary>The listener's.</summary>
    public string Name => name;

    /// <summary>Callers that this worker has served, wherever they were accepted.</summary>
    public long Accepted;
    /// <summary>Of these, those that have disconnected.</summary>
    public long Closed;
    /// <summary>Callers refused because the limit of callers was reached.</summary>
    public long Refused;
    /// <summary>Callers accepted here that another worker serves, because it has fewer.</summary>
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
