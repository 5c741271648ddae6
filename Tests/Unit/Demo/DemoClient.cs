using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Demo;

/// <summary>A client of an embedded server, both in one event loop that the test turns by hand.</summary>
internal sealed class DemoClient : IDisposable
{
    private const int TurnsMax = 20_000;

    private readonly EpollNetwork _network = new(new ResolvedAddresses());
    private readonly Loop _loop;
    private readonly Peer _peer;

    public DemoClient(WireFormat protocol)
    {
        _loop = new Loop(_network, TimeProvider.System, new Random(1), NullLogger.Instance);
        (ISocket near, ISocket far) = _network.ConnectPair();
        Server = BuiltInFormats.Registry.Of(protocol).ServeDemo(_loop, far, () => ServersClosed++);
        _peer = new Peer(_loop, near);
    }

    public Connection Server { get; }

    public int ServersClosed { get; private set; }

    public long Exceptions => _loop.Counters.Exceptions;

    public bool SawEnd => _peer.SawEnd;

    public byte[] Received => [.. _peer.Received];

    public void Send(ReadOnlySpan<byte> bytes) => _peer.Write(bytes);

    /// <summary>Every byte reaches the server by itself.</summary>
    public void SendInBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
        {
            _peer.Write([one]);
            _loop.Turn(0);
            _loop.Turn(0);
        }
    }

    public void StopReading() => _peer.PauseInput();

    public void ReadOn() => _peer.ResumeInput();

    public void EndSending() => _peer.EndAfterOutput();

    public void Close() => _peer.Close();

    public void Turn(int turns)
    {
        for (int i = 0; i < turns; i++)
            _loop.Turn(0);
    }

    public byte[] Receive(int bytes)
    {
        Pump(() => _peer.Received.Count >= bytes, $"{bytes} bytes");
        return Received;
    }

    public void Pump(Func<bool> until, string what)
    {
        for (int turns = 0; turns < TurnsMax; turns++)
        {
            if (until())
                return;
            _loop.Turn(1);
        }
        Assert.Fail($"{what} did not come; there are {_peer.Received.Count} bytes");
    }

    /// <summary>One call whose reply is forgotten. Allocates nothing itself, once it has been made before.</summary>
    public void Exchange(ReadOnlySpan<byte> request, int replyBytes)
    {
        _peer.Write(request);
        for (int turns = 0; turns < TurnsMax && _peer.Received.Count < replyBytes; turns++)
            _loop.Turn(1);
        if (_peer.Received.Count != replyBytes)
            Assert.Fail($"{_peer.Received.Count} bytes came, not {replyBytes}");
        _peer.Received.Clear();
    }

    public void Dispose()
    {
        _peer.Close();
        Server.Close();
        _network.Dispose();
    }

    private sealed class Peer(Loop loop, ISocket socket) : Connection(loop, socket, ConnectionState.Open)
    {
        public List<byte> Received { get; } = [];

        public bool SawEnd { get; private set; }

        protected override int Consume(Span<byte> bytes)
        {
            Received.AddRange(bytes);
            return bytes.Length;
        }

        protected override void OnPeerEnded()
        {
            SawEnd = true;
            Close();
        }

        protected override void OnClosed()
        {
        }
    }
}

/// <summary>Messages of the frame format as bytes, as a client would send them.</summary>
internal static class FrameBytes
{
    public static byte[] Request(string endpoint, DataType dataType, params byte[][] data) =>
        [.. Frame(FrameType.Header, true, HeaderJson(endpoint, (int)dataType)), .. Data(data)];

    public static byte[] Frame(FrameType type, bool last, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + payload.Length];
        new FrameHeader(type, last, (uint)payload.Length).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        return frame;
    }

    public static byte[] Data(params byte[][] payloads) =>
        [.. payloads.SelectMany((payload, i) => Frame(FrameType.Data, i == payloads.Length - 1, payload))];

    public static byte[] Ok(DataType dataType) => Frame(FrameType.Header, true, Text($$"""{"Endpoint":"","DataType":{{(int)dataType}},"Accept":0,"Error":1,"ErrorMessage":""}"""));

    public static byte[] Reset => FrameHeader.Reset.ToArray();

    public static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static byte[] HeaderJson(string endpoint, int dataType) =>
        Text($$"""{"Endpoint":"{{endpoint}}","DataType":{{dataType}},"Accept":2,"Error":0,"ErrorMessage":""}""" + "\n");
}
