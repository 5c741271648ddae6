namespace FrameRpc.Gateway.Backends;

/// <summary>A request for an exclusive connection: called back at once or later with the connection, or with the reason why there is none.</summary>
internal abstract class ConnectionRequest
{
    /// <summary>Neighbours in the backend's queue.</summary>
    internal ConnectionRequest? Next, Previous;

    internal bool IsQueued;

    /// <summary>Of the caller, for balancing that keeps callers with their servers.</summary>
    protected internal abstract uint Key { get; }

    protected internal abstract void OnConnection(ServerConnection connection);

    protected internal abstract void OnNoConnection(RejectReason why);
}

/// <summary>
/// Requests that wait for an exclusive connection, in order of arrival. Linked through the requests, so that waiting does not allocate.
/// </summary>
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
