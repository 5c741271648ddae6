using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>Connections collected for a common action; while it runs, a second list collects.</summary>
/// <param name="act">The action for each.</param>
/// <param name="giveUp">Ends a connection whose action failed because of a bug; the others are not affected.</param>
internal sealed class ConnectionBatch(Action<Connection> act, Action<IReadyHandler, Exception> giveUp)
{
    private List<Connection> _collecting = [];
    private List<Connection> _running = [];

    public bool IsEmpty => _collecting.Count == 0;

    public void Add(Connection connection) => _collecting.Add(connection);

    /// <summary>Connections added meanwhile wait for the next run.</summary>
    public void Run()
    {
        if (IsEmpty)
            return;
        (_collecting, _running) = (_running, _collecting);
        foreach (Connection connection in _running)
        {
            try
            {
                act(connection);
            }
            catch (Exception bug) when (bug is not OutOfMemoryException)
            {
                giveUp(connection, bug);
            }
        }
        _running.Clear();
    }
}
