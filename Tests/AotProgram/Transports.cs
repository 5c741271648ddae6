using System.IO.Pipelines;
using System.Net;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Transports;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Both formats over each transport.</summary>
internal static class Transports
{
    public static Feature[] Features =>
    [
        new("transport: TCP", () => UseAsync(() => new SocketListener("127.0.0.1:0"), listener => new SocketConnector(listener.Address))),
        new("transport: TCP by its end point", EndPointsAsync),
        new("transport: Unix sockets", UnixAsync),
        new("transport: TLS", TlsAsync),
        new("transport: in process", () => UseAsync(() => new InProcessTransport(), listener => (InProcessTransport)listener)),
        new("transport: one's own, over any pipes", () => UseAsync(() => new PairTransport(), listener => (PairTransport)listener)),
        new("transport: a connection that is there already", OneConnectionAsync),
        new("transport: a pair in memory", PairAsync),
        new("transport: addresses as text", AddressesAsync),
    ];

    private static Task EndPointsAsync() => UseAsync(
        () => new SocketListener(new IPEndPoint(IPAddress.Loopback, 0)), listener => new SocketConnector(IPEndPoint.Parse(listener.Address)));

    private static async Task UnixAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("frpc-aot-");
        try
        {
            int sockets = 0;
            await UseAsync(() => new SocketListener($"unix:{folder.FullName}/{sockets++}.sock"), listener => new SocketConnector(listener.Address));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task TlsAsync()
    {
        Expect.True(TlsListener.HandshakesMax > 0);
        await UseAsync(
            () => new TlsListener(new SocketListener("127.0.0.1:0"), SelfSigned.Server(), new TlsListenerOptions { TimeProvider = TimeProvider.System }),
            listener => new TlsConnector(new SocketConnector(listener.Address), SelfSigned.Client()));
    }

    private static async Task UseAsync(Func<IListener> listen, Func<IListener, IConnector> connect)
    {
        IListener listener = listen();
        await using (SmfServer server = new(listener))
        {
            SmfCalls.MapEcho(server);
            server.Start();
            await using var client = new SmfClient(connect(listener));
            await SmfCalls.CallEchoAsync(client, Patterns.Make(1_000_000));
        }
        listener = listen();
        await using (FrameServer server = new(listener))
        {
            _ = server.Map("Echo", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.Octets)));
            server.Start();
            await using var client = new FrameClient(connect(listener));
            await using FrameReply reply = await client.SendAsync("Echo", FrameBody.Octets(Patterns.Make(1_000_000)), DataType.Octets);
            var copy = new MemoryStream();
            await reply.Octets.CopyToAsync(copy);
            Expect.Bytes(Patterns.Make(1_000_000), copy.ToArray());
        }
    }

    private static async Task OneConnectionAsync()
    {
        MemoryPair pair = MemoryPair.Create();
        await using SmfServer server = new(new OneConnection(pair.Server));
        SmfCalls.MapEcho(server);
        server.Start();
        await using var client = new SmfClient(new OneConnection(pair.Client, "the server"));
        await SmfCalls.CallEchoAsync(client, Patterns.Make(1000));
    }

    private static async Task PairAsync()
    {
        MemoryPair pair = MemoryPair.Create("the other end", new PipeOptions(pauseWriterThreshold: MemoryPair.BufferBytesMax));
        Expect.Equal("the other end", pair.Client.Peer);
        _ = await pair.Client.Output.WriteAsync("hello"u8.ToArray());
        ReadResult read = await pair.Server.Input.ReadAsync();
        Expect.Equal(5, read.Buffer.Length);
        pair.Server.Input.AdvanceTo(read.Buffer.End);
        pair.Server.Abort();
        Expect.True(pair.Server.IsAborted && !pair.Client.IsAborted);
        await pair.Server.DisposeAsync();
        _ = await Expect.ThrowsAsync<IOException>(async () => await pair.Client.Input.ReadAsync());
        await pair.Client.DisposeAsync();
    }

    private static async Task AddressesAsync()
    {
        await using var smf = new SmfServer("127.0.0.1:0");
        await using var frame = new FrameServer("127.0.0.1:0");
        Expect.True(smf.Address.StartsWith("127.0.0.1:", StringComparison.Ordinal) && smf.Address != frame.Address);
        await using var smfClient = new SmfClient(smf.Address);
        await using var frameClient = new FrameClient(frame.Address);
        Expect.Equal((ConnectivityState.Idle, ConnectivityState.Idle), (smfClient.State, frameClient.State));
        _ = Expect.Throws<FormatException>(() => _ = new SocketConnector("nowhere"));
    }
}
