using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>What an endpoint of a <see cref="LenientFrameServer"/> takes and gives.</summary>
/// <param name="Takes">The DataType of its requests.</param>
/// <param name="Gives">What a request has to accept.</param>
/// <param name="ReadsBytesMax">Of octets it reads as many and answers then; the rest stays in the connection.</param>
internal sealed record LenientEndpoint(DataType Takes, DataType Gives, int ReadsBytesMax = int.MaxValue);

/// <summary>A call that a <see cref="LenientFrameServer"/> has run.</summary>
internal sealed record LenientCall(string Endpoint, byte[] Body);

/// <summary>
/// A frame server that reads as the first implementation of 2017 does: frame types are not looked at, a request of a wrong type is
/// answered without reading its data, which is then the next header, and the header <c>null</c> ends the process.
/// Source: zrepl of 2017, <c>rpc/server.go</c>.
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

    /// <summary>What it has run, with or without a route.</summary>
    public List<LenientCall> Ran { get; } = [];

    /// <summary>The process has ended.</summary>
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
