using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>The types of an endpoint of a <see cref="LenientFrameServer"/>.</summary>
/// <param name="Takes">The DataType of its requests.</param>
/// <param name="Gives">The DataType that a request must accept.</param>
/// <param name="ReadsBytesMax">Octets that it reads before it replies; the rest stays in the connection.</param>
internal sealed record LenientEndpoint(DataType Takes, DataType Gives, int ReadsBytesMax = int.MaxValue);

/// <summary>A call that a <see cref="LenientFrameServer"/> has run.</summary>
internal sealed record LenientCall(string Endpoint, byte[] Body);

/// <summary>
/// A frame server that parses as the first implementation of 2017 does: it ignores frame types, answers a request of the wrong type without reading
/// its data, which then becomes the next header, and crashes on the header <c>null</c>. Source: zrepl of 2017, <c>rpc/server.go</c>.
/// </summary>
internal sealed class LenientFrameServer(Address address) : SimulatedServer(address, () => throw new NotSupportedException())
{
    public Dictionary<string, LenientEndpoint> Endpoints { get; } = new()
    {
        ["Echo"] = new(DataType.Json, DataType.Json),
        ["Danger"] = new(DataType.Json, DataType.Json),
        ["Upload"] = new(DataType.Octets, DataType.Octets),
        ["Receive"] = new(DataType.Octets, DataType.Json),
        ["Download"] = new(DataType.Json, DataType.Octets),
    };

    /// <summary>The calls that it has run, with or without a route.</summary>
    public List<LenientCall> Ran { get; } = [];

    /// <summary>The process has crashed.</summary>
    public bool HasDied { get; set; }

    public List<LenientFrameConnection> Connections { get; } = [];

    public override FarEnd Accept()
    {
        var connection = new LenientFrameConnection(this);
        Connections.Add(connection);
        return connection;
    }
}

/// <summary>One connection to it.</summary>
internal sealed class LenientFrameConnection : FarEnd
{
    private readonly LenientServing _serving;

    public LenientFrameConnection(LenientFrameServer server) =>
        _serving = new LenientServing(server, Inbox, send: bytes => Send(bytes), close: () => Socket.Close());

    public int CallsRun => _serving.CallsRun;

    protected override void OnReceived() => _serving.Go();

    protected override void OnOver() => Close();
}
