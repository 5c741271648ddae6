using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>What would make a server close the connection it shares with others is answered at the gateway, and its connection goes on.</summary>
public sealed class BadRequestTests
{
    private static readonly uint Id = GatewaySetup.GetId;

    [Test]
    public Task Rule_2_2_size_0_is_400() => AssertRefused(SmfMessage.EncodeHeader(1, 0, 5, Id), 400);

    [Test]
    public Task Rule_2_2_checksum_0_is_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, 0, Id), 1, 2, 3], 400);

    [Test]
    public Task Rule_2_2_a_wrong_checksum_is_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, 77, Id), 1, 2, 3], 400);

    [Test]
    public Task Payload_headers_are_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, SmfChecksum.Of([1, 2, 3]), Id, flags: 1), 1, 2, 3], 400);

    [Test]
    public Task An_unknown_compression_is_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, SmfChecksum.Of([1, 2, 3]), Id, compression: 4), 1, 2, 3], 400);

    [Test]
    public Task Rule_2_1_an_id_without_a_route_is_404_and_reaches_no_server() => AssertRefused(SmfMessage.Encode(1, 12345, "x"u8), 404);

    [Test]
    public Task Rule_2_2_id_0_is_404() => AssertRefused(SmfMessage.Encode(1, 0, "x"u8), 404);

    [Test]
    public Task A_body_over_the_limit_is_413_and_read_away() => AssertRefused(SmfMessage.Encode(1, Id, new byte[100_001]), 413, messageBytesMax: 100_000);

    [Test]
    public Task A_large_body_without_a_checksum_is_400_and_read_away() =>
        AssertRefused([.. SmfMessage.EncodeHeader(1, 300_000, 0, Id), .. new byte[300_000]], 400);

    [Test]
    public async Task Rule_2_5_a_size_of_four_gigabytes_is_413_and_takes_no_memory()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        long mapped = sim.Loop.Blocks.MappedBytes;
        caller.Send(SmfMessage.EncodeHeader(1, 0xffff_ffff, 1, Id));
        caller.Send(new byte[200_000]);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(413u);
        await Assert.That(sim.Loop.Blocks.MappedBytes - mapped).IsBetween(0, 512 * 1024);
    }

    [Test]
    public async Task Rule_2_3_the_gateways_own_reply_is_the_empty_table_that_every_client_survives()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Send(SmfMessage.Encode(31, 999, "x"u8));
        sim.RunUntilQuiet();
        byte[] expected = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(expected, 31, 404);
        await Assert.That(caller.LastReply.Payload).IsSequence(expected[SmfHeader.Bytes..]);
        await Assert.That(caller.LastReply.Header).IsEqualTo(SmfHeader.Read(expected));
    }

    [Test]
    public async Task A_caller_with_a_wrong_checksum_does_not_disturb_another_on_the_same_connection()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller good = sim.ConnectSmf();
        SmfFarCaller bad = sim.ConnectSmf();
        for (ushort session = 1; session <= 100; session++)
        {
            good.Call(session, "x"u8);
            bad.Send([.. SmfMessage.EncodeHeader(session, 3, 77, Id), 1, 2, 3]);
        }
        sim.RunUntilQuiet();
        foreach (SmfMessage reply in good.Replies)
            await Assert.That(reply.Header.Meta).IsEqualTo(200u);
        await Assert.That(good.Replies.Count).IsEqualTo(100);
        foreach (SmfMessage reply in bad.Replies)
            await Assert.That(reply.Header.Meta).IsEqualTo(400u);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    /// <summary>The bad request between two good ones: refused under its session, unseen by servers, the others served. At every split, too.</summary>
    private static async Task AssertRefused(byte[] request, uint status, long messageBytesMax = 64 * 1024 * 1024)
    {
        byte[] stream = [.. SmfMessage.Encode(100, Id, "before"u8), .. request, .. SmfMessage.Encode(200, Id, "after"u8)];
        IEnumerable<int> splits = stream.Length < 200 ? Enumerable.Range(1, stream.Length - 1) : [10, 30, 40, 70_000, stream.Length - 10];
        foreach (int split in splits)
        {
            var sim = new GatewaySimulation(new GatewaySetup { MessageBytesMax = messageBytesMax });
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Send(stream.AsSpan(0, split));
            sim.RunUntilQuiet();
            caller.Send(stream.AsSpan(split));
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Count).IsEqualTo(3);
            await Assert.That((caller.StatusOf(100), caller.StatusOf(1), caller.StatusOf(200))).IsEqualTo((200u, status, 200u));
            await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(2);
            caller.Close();
            sim.RunUntilQuiet();
            await sim.AssertNothingLeaked();
        }
    }
}
