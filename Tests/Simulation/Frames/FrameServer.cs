using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>A scripted frame server; echoes by default.</summary>
internal sealed class FrameServer(Address address) : SimulatedServer(address, () => throw new NotSupportedException())
{
    public Action<FrameFarServer, FrameMessage> OnRequest { get; set; } = (connection, request) => connection.Echo(request);

    /// <summary>Called when a header part has arrived, before its data part.</summary>
    public Action<FrameFarServer, FrameMessage> OnRequestBegun { get; set; } = (_, _) => { };

    public Action<FrameFarServer, FrameMessage, Frame> OnDataFrame { get; set; } = (_, _, _) => { };

    /// <summary>Called when the caller's source failed in the middle of a request. The first implementation replies and stays connected.</summary>
    public Action<FrameFarServer> OnUploadReset { get; set; } = connection => connection.Fail(ReplyError.Undecided, "stream reset");

    public List<FrameFarServer> Connections { get; } = [];

    public List<FrameMessage> Requests { get; } = [];

    public bool KeepsRequests { get; set; } = true;

    public bool Reads { get; set; } = true;

    public FrameFarServer Connection => Connections[^1];

    public int OpenConnections => Connections.Count(connection => !connection.Socket.IsClosed);

    public override FarEnd Accept()
    {
        var connection = new FrameFarServer(this) { IsReading = Reads };
        Connections.Add(connection);
        return connection;
    }
}

/// <summary>One connection to it.</summary>
internal sealed class FrameFarServer(FrameServer server) : FrameFarEnd
{
    /// <summary>Complete requests.</summary>
    public int RequestsWhole { get; private set; }

    public void Echo(FrameMessage request) =>
        Reply(request.DataType, DataPart(request.DataType, WithNewline(request)));

    public void Reply(DataType dataType, ReadOnlySpan<byte> dataPart)
    {
        if (Socket.IsClosed)
            return;
        Send([.. Frame.ReplyHeader(dataType), .. dataPart]);
    }

    public void Fail(ReplyError error, string message)
    {
        if (!Socket.IsClosed)
            Send(Frame.ReplyHeader(DataType.Absent, error, message));
    }

    protected override bool HasDataPart(FrameMessage message) => true;

    protected override void OnMessageBegun(FrameMessage message) => server.OnRequestBegun(this, message);

    protected override void OnDataFrame(FrameMessage message, Frame frame) => server.OnDataFrame(this, message, frame);

    protected override void OnMessage(FrameMessage message)
    {
        RequestsWhole++;
        if (server.KeepsRequests)
            server.Requests.Add(message);
        server.OnRequest(this, message);
    }

    protected override void OnResetFrame()
    {
        if (Current is not null)
            server.OnUploadReset(this);
        Send(Frame.Reset);
        EndSending();
    }

    protected override void OnOver() => Close();

    private static byte[] DataPart(DataType dataType, byte[] data) =>
        dataType == DataType.Octets || data.Length > FrameHeader.PayloadBytesMax ? Frame.Octets(data) : Frame.Encode(FrameType.Data, true, data);

    private static byte[] WithNewline(FrameMessage request) => request.DataType == DataType.Json ? [.. request.Data, (byte)'\n'] : request.Data;
}
