using System.Text;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;

namespace FrameRpc.Tests.Protocol;

/// <summary>Where two peers of the first implementation lose step with each other, these end points do not, neither with each other nor with such a peer.</summary>
public sealed class DesynchronisationTests
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;

    /// <summary>1 to 5,000 bytes, which are all of the decoder's first buffers, and the lengths around a whole frame and around two.</summary>
    private static IEnumerable<int> Lengths =>
        [.. Enumerable.Range(1, 5000), .. Around(FrameHeader.PayloadBytesMax), .. Around(2 * FrameHeader.PayloadBytesMax)];

    [Test]
    [Arguments(512, 1)]
    [Arguments(1536, 1)]
    [Arguments(3584, 1)]
    [Arguments(513, 0)]
    public async Task The_model_of_the_first_implementation_leaves_a_newline_where_that_does(int valueBytes, int left)
    {
        byte[] line = [.. Value(valueBytes), (byte)'\n'];
        await Assert.That(FirstImplementation.Leftover([new Frame(FrameType.Data, true, line)])).IsEqualTo((left, 0));
    }

    [Test]
    public async Task The_model_of_the_first_implementation_leaves_an_empty_last_frame() =>
        await Assert.That(FirstImplementation.Leftover([new Frame(FrameType.Data, false, Value(FrameHeader.PayloadBytesMax)), new Frame(FrameType.Data, true, [])]))
            .IsEqualTo((0, 1));

    [Test]
    public async Task No_request_leaves_anything_behind_its_value_for_the_first_implementation()
    {
        MemoryPair pair = MemoryPair.Create();
        await using var server = new FramePeer(pair.Server);
        await using var client = new FrameClient(new MadeConnections(pair.Client));
        foreach (int length in Lengths)
        {
            Task<FrameReply> call = client.SendAsync("Echo", FrameBody.RawJson(Value(length)), DataType.Json, cancel: _cancel);
            FrameMessage request = (await server.ReadMessageAsync())!;
            await Assert.That(FirstImplementation.Leftover(request.Frames)).IsEqualTo((0, 0));
            await Assert.That(request.Data.Length).IsEqualTo(length);
            await server.SendAsync([.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, "1\n"u8)]);
            await Assert.That(await TextAsync(await call)).IsEqualTo("1\n");
        }
    }

    [Test]
    public async Task No_reply_leaves_anything_behind_its_value_for_the_first_implementation()
    {
        var transport = new InProcessTransport();
        await using FrameServer server = Echo(transport);
        await using var caller = new FramePeer(await transport.ConnectAsync(_cancel));
        foreach (int length in Lengths)
        {
            byte[] line = [.. Value(length), (byte)'\n'];
            await caller.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json)], Part(line));
            FrameMessage reply = (await caller.ReadMessageAsync())!;
            await Assert.That(FirstImplementation.Leftover(reply.Frames)).IsEqualTo((0, 0));
            await Assert.That(reply.Data.Length).IsEqualTo(length);
        }
    }

    [Test]
    public async Task Both_ends_stay_in_step_at_every_length()
    {
        var transport = new InProcessTransport();
        await using FrameServer server = Echo(transport);
        await using var client = new FrameClient(transport, new FrameClientOptions { ConnectionsMax = 1 });
        foreach (int length in Lengths)
        {
            await using FrameReply reply = await client.SendAsync("Echo", FrameBody.RawJson(Value(length)), DataType.Json, cancel: _cancel);
            await Assert.That((await reply.ReadRawJsonAsync(_cancel)).ToArray()).IsSequence(Value(length));
        }
    }

    [Test]
    [Arguments(513)]
    [Arguments(1537)]
    [Arguments(3585)]
    [Arguments(FrameHeader.PayloadBytesMax)]
    public async Task A_newline_that_comes_late_or_in_a_frame_of_its_own_belongs_to_the_value(int length)
    {
        var transport = new InProcessTransport();
        await using FrameServer server = Echo(transport);
        await using var caller = new FramePeer(await transport.ConnectAsync(_cancel));
        for (int call = 0; call < 2; call++)
        {
            await caller.SendAsync(
                Frame.RequestHeader("Echo", DataType.Json),
                Frame.Encode(FrameType.Data, false, Value(length)),
                Frame.Encode(FrameType.Data, false, "\n"u8),
                Frame.Encode(FrameType.Data, true, default));
            await Assert.That((await caller.ReadMessageAsync())!.Data).IsSequence(Value(length));
        }
    }

    private static FrameServer Echo(IListener listener)
    {
        var server = new FrameServer(listener).Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)));
        server.Start();
        return server;
    }

    private static int[] Around(int bytes) => [bytes - 7, bytes - 6, bytes - 2, bytes - 1, bytes, bytes + 1, bytes + 2];

    /// <summary>A JSON string of so many bytes; of one or two, a number.</summary>
    private static byte[] Value(int bytes) => Encoding.UTF8.GetBytes(bytes switch
    {
        1 => "7",
        2 => "42",
        _ => $"\"{new string('x', bytes - 2)}\"",
    });

    /// <summary>A JSON part as the first implementation sends it: frames of 4 MiB, and one for the rest.</summary>
    private static byte[] Part(byte[] line) =>
        [.. line.Chunk(FrameHeader.PayloadBytesMax).SelectMany((piece, index) => Frame.Encode(FrameType.Data, (index + 1) * (long)FrameHeader.PayloadBytesMax >= line.Length, piece))];

    private async Task<string> TextAsync(FrameReply reply) => Encoding.UTF8.GetString((await reply.ReadRawJsonAsync(_cancel)).Span);
}
