namespace FrameRpc.Gateway.EventLoop;

/// <summary>Connections collected for the next time something is done to all of them; while it is done, the other list collects.</summary>
internal sealed class DoubleBatch
{
    private List<Connection> _collecting = [];
    private List<Connection> _taken = [];

    public int Count => _collecting.Count;

    public void Add(Connection connection) => _collecting.Add(connection);

    /// <summary>What was collected. To be cleared by the taker, before it takes again.</summary>
    public List<Connection> Take()
    {
        (_collecting, _taken) = (_taken, _collecting);
        return _taken;
    }
}
