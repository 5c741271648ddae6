namespace FrameRpc.Gateway.Backends;

/// <summary>Requests that wait for an exclusive connection, first come, first served. Linked through the requests: waiting allocates nothing.</summary>
internal sealed class ConnectionQueue
{
    private ConnectionRequest? _last;

    public int Count { get; private set; }

    public ConnectionRequest? First { get; private set; }

    public void Add(ConnectionRequest request)
    {
        request.IsQueued = true;
        request.Previous = _last;
        request.Next = null;
        if (_last is null)
            First = request;
        else
            _last.Next = request;
        _last = request;
        Count++;
    }

    /// <summary>Puts back the one that was just taken out to be served, and could not be.</summary>
    public void AddFirst(ConnectionRequest request)
    {
        request.IsQueued = true;
        request.Previous = null;
        request.Next = First;
        if (First is null)
            _last = request;
        else
            First.Previous = request;
        First = request;
        Count++;
    }

    public void Remove(ConnectionRequest request)
    {
        if (!request.IsQueued)
            return;
        if (request.Previous is null)
            First = request.Next;
        else
            request.Previous.Next = request.Next;
        if (request.Next is null)
            _last = request.Previous;
        else
            request.Next.Previous = request.Previous;
        request.Next = null;
        request.Previous = null;
        request.IsQueued = false;
        Count--;
    }
}
