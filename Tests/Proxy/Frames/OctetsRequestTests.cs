using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Frames;

/// <summary>A handler may answer before it has read all octets of its request, and its server then takes the rest for the next call.</summary>
public sealed class OctetsRequestTests
{
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void A_connection_that_carried_octets_carries_another_call_only_where_servers_drain_them(bool drains, int connections)
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = drains });
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Upload", DataType.Octets, "octets"u8));
        caller.Call("1");
        sim.RunUntilQuiet();
        Assert.Equal(["octets", "1"], caller.Replies.Select(reply => reply.Json));
        Assert.Equal(connections, sim.FrameServer.Connections.Count);
    }

    [Fact]
    public void Its_server_is_told_by_a_reset_frame_as_a_client_does_it_where_the_request_was_whole()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Upload", DataType.Octets, "octets"u8));
        sim.RunUntilQuiet();
        Assert.True(sim.FrameServer.Connection is { SawResetFrame: true, SawReset: false });
        Assert.Equal(0, sim.FrameBackend.Servers[0].ExclusiveLanes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reply_that_begins_before_the_end_of_its_octets_stops_the_rest_of_them_at_once(bool canReset)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        sim.FrameServer.OnDataFrame = (connection, _, _) => connection.Send(Frame.ReplyHeader(DataType.Json).AsSpan(0, 3));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[1000])]);
        sim.RunUntilQuiet();
        FrameFarServer server = sim.FrameServer.Connection;
        long before = server.BytesReceived;
        sim.FrameServer.OnDataFrame = (_, _, _) => { };

        caller.Send([.. Frame.Encode(FrameType.Data, false, new byte[100_000]), .. Frame.Encode(FrameType.Data, true, new byte[10])]);
        caller.Call("\"after\"");
        sim.RunUntilQuiet();
        Assert.Equal(before, server.BytesReceived);
        server.Send([.. Frame.ReplyHeader(DataType.Json).AsSpan(3), .. Frame.Encode(FrameType.Data, true, "\"early\""u8)]);
        sim.RunUntilQuiet();

        Assert.Equal(["\"early\"", "\"after\""], caller.Replies.Select(reply => reply.Json));
        Assert.True(server.IsOver && !server.EndedDeceptively);
        Assert.Equal(1, sim.Counters.RequestsStopped);
        Assert.Equal(2, sim.FrameServer.Connections.Count);
        caller.Close();
        sim.RunFor(70_000);
        sim.AssertNothingLeaked();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_stopped_inside_a_frame_never_looks_whole_to_its_server(bool canReset)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset, BufferBytesMin = 10_000, BufferBytesMax = 10_000 });
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] request = [.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Octets(new byte[900_000])];
        sim.FrameServer.OnRequestBegun = (connection, _) =>
        {
            connection.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"early\""u8));
            connection.IsReading = false;
        };
        caller.Send(request);
        sim.RunUntilQuiet();
        Assert.Equal("\"early\"", Assert.Single(caller.Replies).Json);
        FrameFarServer server = sim.FrameServer.Connection;
        server.Resume();
        sim.RunFor(10_000);
        Assert.True(server.IsOver);
        Assert.False(server.EndedDeceptively);
        Assert.Empty(sim.FrameServer.Requests);
    }

    [Fact]
    public void What_waits_in_the_gateway_when_the_reply_begins_is_not_sent_either()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 });
        FrameFarCaller caller = sim.ConnectFrames();
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.IsReading = false;
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Octets(new byte[100_000])]);
        sim.RunUntilQuiet();
        FrameFarServer server = sim.FrameServer.Connection;
        server.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"early\""u8));
        sim.RunUntilQuiet();
        server.Resume();
        sim.RunUntilQuiet();
        Assert.Equal("\"early\"", Assert.Single(caller.Replies).Json);
        Assert.Empty(sim.FrameServer.Requests);
        Assert.True(server.SawReset);
        Assert.InRange(server.BytesReceived, 1, 99_999);
    }

    [Theory]
    [InlineData(4094, 1)]
    [InlineData(4095, 2)]
    [InlineData(4096, 2)]
    public void Rule_1_9_behind_a_header_part_of_4095_bytes_or_more_the_connection_carries_no_other_call(int headerBytes, int connections)
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(
            [.. Frame.Encode(FrameType.Header, true, LongHeader(headerBytes)), .. Frame.Encode(FrameType.Data, true, "\"reply\""u8)]);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        caller.Call("2");
        sim.RunUntilQuiet();
        Assert.Equal(["\"reply\"", "\"reply\""], caller.Replies.Select(reply => reply.Json));
        Assert.Equal(connections, sim.FrameServer.Connections.Count);
    }

    private static byte[] LongHeader(int bytes)
    {
        const string Start = "{\"DataType\":2,\"Error\":1,\"ErrorMessage\":\"", End = "\"}";
        return System.Text.Encoding.ASCII.GetBytes(Start + new string('x', bytes - Start.Length - End.Length) + End);
    }

    [Fact]
    public void A_caller_that_goes_after_its_upload_was_stopped_leaves_its_server_with_a_request_that_looks_broken()
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            sim.FrameServer.OnDataFrame = (_, _, _) => { };
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), 2, 1, 100, 0, 0, 0, 1, 2, 3]);
            sim.RunUntilQuiet();
            sim.FrameServer.Connection.Send(Frame.ReplyHeader(DataType.Octets));
            sim.RunUntilQuiet();
            caller.Reset();
            sim.RunFor(10_000);
            Assert.False(sim.FrameServer.Connection.EndedDeceptively);
            sim.AssertNothingLeaked();
        }
    }

    [Fact]
    public void A_mark_of_the_last_frame_other_than_1_leaves_as_1()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] raw = [.. Frame.RequestHeader("Upload", DataType.Octets), 2, 0x80, 4, 0, 0, 0, .. "body"u8];
        caller.Send(raw);
        sim.RunUntilQuiet();
        Assert.Equal("body", caller.LastReply.Json);
        Assert.Equal("body", Assert.Single(sim.FrameServer.Requests).Json);
    }
}
