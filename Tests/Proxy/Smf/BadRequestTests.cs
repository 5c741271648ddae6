using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

/// <summary>What would make a server close the lane it shares with others is answered at the gateway, and its connection goes on.</summary>
public sealed class BadRequestTests
{
    private static readonly uint Id = GatewaySetup.GetId;

    [Fact]
    public void Rule_2_2_size_0_is_400() => AssertRefused(SmfMessage.EncodeHeader(1, 0, 5, Id), 400);

    [Fact]
    public void Rule_2_2_checksum_0_is_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, 0, Id), 1, 2, 3], 400);

    [Fact]
    public void Rule_2_2_a_wrong_checksum_is_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, 77, Id), 1, 2, 3], 400);

    [Fact]
    public void Payload_headers_are_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, SmfChecksum.Of([1, 2, 3]), Id, flags: 1), 1, 2, 3], 400);

    [Fact]
    public void An_unknown_compression_is_400() => AssertRefused([.. SmfMessage.EncodeHeader(1, 3, SmfChecksum.Of([1, 2, 3]), Id, compression: 4), 1, 2, 3], 400);

    [Fact]
    public void Rule_2_1_an_id_without_a_route_is_404_and_reaches_no_server() => AssertRefused(SmfMessage.Encode(1, 12345, "x"u8), 404);

    [Fact]
    public void Rule_2_2_id_0_is_404() => AssertRefused(SmfMessage.Encode(1, 0, "x"u8), 404);

    [Fact]
    public void A_body_over_the_limit_is_413_and_read_away() => AssertRefused(SmfMessage.Encode(1, Id, new byte[100_001]), 413, messageBytesMax: 100_000);

    [Fact]
    public void A_large_body_without_a_checksum_is_400_and_read_away() =>
        AssertRefused([.. SmfMessage.EncodeHeader(1, 300_000, 0, Id), .. new byte[300_000]], 400);

    [Fact]
    public void Rule_2_5_a_size_of_four_gigabytes_is_413_and_takes_no_memory()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        long mapped = sim.Loop.Blocks.MappedBytes;
        caller.Send(SmfMessage.EncodeHeader(1, 0xffff_ffff, 1, Id));
        caller.Send(new byte[200_000]);
        sim.RunUntilQuiet();
        Assert.Equal(413u, caller.StatusOf(1));
        Assert.InRange(sim.Loop.Blocks.MappedBytes - mapped, 0, 512 * 1024);
    }

    [Fact]
    public void Rule_2_3_the_gateways_own_reply_is_the_empty_table_that_every_client_survives()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Send(SmfMessage.Encode(31, 999, "x"u8));
        sim.RunUntilQuiet();
        byte[] expected = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(expected, 31, 404);
        Assert.Equal(expected[SmfHeader.Bytes..], caller.LastReply.Payload);
        Assert.Equal(SmfHeader.Read(expected), caller.LastReply.Header);
    }

    [Fact]
    public void A_caller_with_a_wrong_checksum_does_not_disturb_another_on_the_same_lane()
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
        Assert.All(good.Replies, reply => Assert.Equal(200u, reply.Header.Meta));
        Assert.Equal(100, good.Replies.Count);
        Assert.All(bad.Replies, reply => Assert.Equal(400u, reply.Header.Meta));
        Assert.Single(sim.SmfServer.Connections);
    }

    /// <summary>The bad request between two good ones: refused under its session, unseen by servers, the others served. At every split, too.</summary>
    private static void AssertRefused(byte[] request, uint status, long messageBytesMax = 64 * 1024 * 1024)
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
            Assert.Equal(3, caller.Replies.Count);
            Assert.Equal((200u, status, 200u), (caller.StatusOf(100), caller.StatusOf(1), caller.StatusOf(200)));
            Assert.Equal(2, sim.SmfServer.Requests.Count);
            caller.Close();
            sim.RunUntilQuiet();
            sim.AssertNothingLeaked();
        }
    }
}
