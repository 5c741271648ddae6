using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>A scripted smf server; echoes by default.</summary>
internal sealed class SmfServer(Address address) : SimulatedServer(address, () => throw new NotSupportedException())
{
    /// <summary>Called with each request.</summary>
    public Action<SmfFarServer, SmfMessage> OnRequest { get; set; } = (connection, request) => connection.Reply(request, request.Content);

    public List<SmfFarServer> Connections { get; } = [];

    /// <summary>All requests that reached this server, unless <see cref="KeepsRequests"/> is false.</summary>
    public List<SmfMessage> Requests { get; } = [];

    public bool KeepsRequests { get; set; } = true;

    /// <summary>Whether it crashes, as the first C++ and Go servers do, on a payload without the outline of a table.</summary>
    public bool NeedsTables { get; init; } = true;

    /// <summary>Whether new connections are read.</summary>
    public bool Reads { get; set; } = true;

    public SmfFarServer Connection => Connections[^1];

    public override FarEnd Accept()
    {
        var connection = new SmfFarServer(this) { IsReading = Reads };
        Connections.Add(connection);
        return connection;
    }
}

/// <summary>One connection to it, which rejects what the first implementations close on.</summary>
internal sealed class SmfFarServer(SmfServer server) : FarEnd
{
    public void Reply(SmfMessage request, ReadOnlySpan<byte> content, uint status = 200) => Reply(request.Header.Session, content, status);

    public void Reply(ushort session, ReadOnlySpan<byte> content, uint status = 200)
    {
        if (!Socket.IsClosed)
            Send(SmfMessage.Encode(session, status, content));
    }

    protected override void OnReceived()
    {
        while (!Socket.IsClosed && SmfMessage.Take(Inbox) is { } request)
        {
            if (request.Header.CheckRequest() != SmfFault.None || request.Header.Session == 0
                || request.Header.Checksum != SmfChecksum.Of(request.Payload))
                throw new InvalidDataException($"a request that breaks servers: {request.Header}");
            if (server.NeedsTables && request.Header.Compression <= SmfCompression.Disabled && !SmfTableOutline.IsTable(request.Payload))
                throw new InvalidDataException($"a request that is not a table: {request.Header}");
            if (server.KeepsRequests)
                server.Requests.Add(request);
            server.OnRequest(this, request);
        }
    }

    protected override void OnOver() => Close();
}
