using System.Diagnostics;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Telemetry;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>The client and the server with each other.</summary>
public sealed class SmfEndToEndTests
{
    private static readonly RequestId Echo = new(1);

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    [Test]
    [Arguments("127.0.0.1:0")]
    [Arguments("unix:")]
    public async Task Many_callers_over_a_socket_each_get_their_own_reply(string address)
    {
        if (address == "unix:")
            address += Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using SmfServer server = Start(new SocketListener(address));
        await using var client = new SmfClient(server.Address);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (int call = 0; call < 200; call++)
            {
                byte[] payload = new byte[random.Next(20) == 0 ? random.Next(1, 200_000) : random.Next(1, 300)];
                random.NextBytes(payload);
                using SmfReply reply = await client.CallAsync(Echo, payload, default, Cancel);
                await Assert.That(reply.Payload.ToArray()).IsSequence(payload);
            }
        }, Cancel)));
        await Assert.That(client.Memory.Taken).IsEqualTo(0);
    }

    [Test]
    [Arguments(SmfCompression.Zstd)]
    [Arguments(SmfCompression.Lz4)]
    public async Task Both_sides_compress_what_pays(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm);
        var transport = new InProcessTransport();
        await using SmfServer server = Start(transport, new SmfServerOptions { Compressor = compressor });
        await using var client = new SmfClient(transport, new SmfClientOptions { Compressor = compressor });
        foreach (int bytes in new[] { 10, 5_000, 3_000_000 })
        {
            byte[] payload = new byte[bytes];
            using SmfReply reply = await client.CallAsync(Echo, payload, default, Cancel);
            await Assert.That(reply.Payload.ToArray()).IsSequence(payload);
        }
    }

    [Test]
    public async Task A_compressed_reply_is_shorter_on_the_wire_unless_the_caller_disabled_it()
    {
        Libraries.Need(SmfCompression.Lz4);
        var transport = new InProcessTransport();
        await using SmfServer server = Start(transport, new SmfServerOptions { Compressor = new SmfCompressor(SmfCompression.Lz4) });
        var caller = new SmfPeer(await transport.ConnectAsync(Cancel));
        byte[] payload = new byte[5_000];
        await caller.SendAsync(SmfPeer.Message(1, Echo.Value, payload));
        (SmfHeader header, byte[] packed) = await caller.ReceiveAsync();
        await Assert.That((header.Compression, header.Checksum)).IsEqualTo((SmfCompression.Lz4, SmfChecksum.Of(packed)));
        await Assert.That(packed.Length < 1_000).IsTrue();
        await caller.SendAsync(SmfPeer.Message(2, Echo.Value, payload, compression: SmfCompression.Disabled));
        (header, byte[] plain) = await caller.ReceiveAsync();
        await Assert.That(header.Compression).IsEqualTo(SmfCompression.None);
        await Assert.That(plain).IsSequence(payload);
    }

    [Test]
    public async Task A_request_that_is_too_large_once_unpacked_is_answered_with_413()
    {
        Libraries.Need(SmfCompression.Zstd);
        var transport = new InProcessTransport();
        await using SmfServer server = Start(transport, new SmfServerOptions { MessageBytesMax = 10_000 });
        await using var client = new SmfClient(transport, new SmfClientOptions { Compressor = new SmfCompressor(SmfCompression.Zstd) });
        RpcReplyException failure = (await Assert.ThrowsExactlyAsync<RpcReplyException>(async () => await client.CallAsync(Echo, new byte[10_001], default, Cancel)))!;
        await Assert.That(failure.Status).IsEqualTo(SmfStatus.TooLarge);
        using SmfReply reply = await client.CallAsync(Echo, new byte[10_000], default, Cancel);
        await Assert.That(server.Memory.Taken).IsEqualTo(0);
    }

    [Test]
    public async Task Each_side_tells_who_listens_what_a_call_was_and_how_it_ended()
    {
        var seen = new List<(ActivityKind Kind, string Name, object? Status)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RpcTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (seen)
                    seen.Add((activity.Kind, activity.OperationName, activity.GetTagItem("rpc.response.status_code")));
            },
        };
        ActivitySource.AddActivityListener(listener);
        var transport = new InProcessTransport();
        await using var server = new SmfServer(transport).Map(new RequestId(0xabad1dea), (_, _) => throw new InvalidOperationException("broken"), "Telemetry.Fail");
        server.Start();
        await using var client = new SmfClient(transport);
        _ = await Assert.ThrowsExactlyAsync<RpcReplyException>(async () => await client.CallAsync(new RequestId(0xabad1dea), new byte[1], default, Cancel));
        (ActivityKind Kind, string Name, object? Status)[] stopped;
        lock (seen)
            stopped = [.. seen];
        await Assert.That(stopped).Contains((ActivityKind.Server, "Telemetry.Fail", 500));
        await Assert.That(stopped).Contains((ActivityKind.Client, "0xabad1dea", 500));
    }

    private static SmfServer Start(IListener listener, SmfServerOptions? options = null)
    {
        SmfServer server = new SmfServer(listener, options)
            .Map(Echo, (request, _) => new(request.Payload));
        server.Start();
        return server;
    }
}
