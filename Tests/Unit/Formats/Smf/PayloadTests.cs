using System.Buffers.Binary;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>A payload that is no table ends the first C++ and Go servers: it is answered at the gateway, either way, and nothing else suffers.</summary>
public sealed class PayloadTests
{
    private const int SharedBodyMax = 1000;
    private const int LargeBytes = 200_000;

    /// <summary>Behind the head, where it is looked at when it passes.</summary>
    private const int FarVtable = 150_000;

    private static readonly RelayPolicy SplicesEverything = new() { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 };

    private static uint Id => GatewaySetup.GetId;

    public static IEnumerable<string> Relays => ["default", "splice", "copy"];

    public static IEnumerable<(string, bool, bool)> Ways =>
        [.. from relay in (string[])["default", "splice", "copy"] from canReset in (bool[])[true, false] from inOneWrite in (bool[])[true, false] select (relay, canReset, inOneWrite)];

    public static IEnumerable<byte[]> NoTables => [
        "x"u8.ToArray(),
        new byte[] { 255, 255, 255, 127, 255, 255, 255, 127 },
        new byte[60],
        new byte[] { 8, 0, 0, 0, 4, 0, 4, 0, 5, 0, 0, 0 },
        new byte[] { 8, 0, 0, 0, 14, 0, 4, 0, 4, 0, 0, 0 },
    ];

    [Test]
    [MethodDataSource(nameof(NoTables))]
    public async Task A_small_request_that_is_no_table_is_400_in_the_place_of_its_session_and_reaches_no_server(byte[] payload)
    {
        foreach (bool inOneWrite in (bool[])[true, false])
        {
            var sim = new GatewaySimulation();
            SmfFarCaller caller = sim.ConnectSmf();
            await AssertRefusedBetweenOthers(sim, caller, SmfMessage.EncodeRaw(1, Id, payload), inOneWrite);
            await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(2);
            await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Malformed)).IsEqualTo(1);
        }
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task A_large_request_that_is_no_table_is_400_before_a_connection_is_asked_for(string relay, bool canReset, bool inOneWrite)
    {
        foreach (byte[] start in (byte[][])[[], [0, 32, 0, 0], [8, 0, 0, 0, 3, 0, 4, 0, 4, 0, 0, 0]])
        {
            GatewaySimulation sim = Simulate(relay, canReset);
            SmfFarCaller caller = sim.ConnectSmf();
            // Byte by byte the whole large body would take minutes: its head, and all that follows as it comes.
            byte[] body = new byte[inOneWrite ? LargeBytes : 6000];
            start.CopyTo(body, 0);
            await AssertRefusedBetweenOthers(sim, caller, SmfMessage.EncodeRaw(1, Id, body), inOneWrite);
            await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(2);
            await Assert.That(sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
        }
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task A_large_request_whose_vtable_stands_far_behind_passes(string relay, bool canReset, bool inOneWrite)
    {
        GatewaySimulation sim = Simulate(relay, canReset);
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] body = FarTable.Build(sim.Random, vtable: [4, 0, 4, 0], inOneWrite ? FarVtable : 5000, inOneWrite ? LargeBytes : 6000);
        sim.SmfServer.OnRequest = (server, request) => server.Reply(request, "done"u8);
        Send(sim, caller, [.. SmfMessage.EncodeRaw(1, Id, body), .. SmfMessage.Encode(2, Id, "next"u8)], inOneWrite);
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((200u, 200u));
        await Assert.That(sim.SmfServer.Requests).Contains(request => request.Payload.AsSpan().SequenceEqual(body));
        if (relay == "splice" && inOneWrite)
            await Assert.That(sim.Counters.BytesSpliced).IsNotEqualTo(0);
        await AssertNothingLeaks(sim, caller);
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task A_far_vtable_that_is_none_is_400_and_the_server_sees_nothing_from_it_on_and_no_end(string relay, bool canReset, bool inOneWrite)
    {
        foreach (byte[] vtable in (byte[][])[[0, 0, 4, 0], [5, 0, 4, 0], [4, 0, 3, 0], [254, 255, 4, 0]])
        {
            GatewaySimulation sim = Simulate(relay, canReset);
            SmfFarCaller caller = sim.ConnectSmf();
            int place = inOneWrite ? FarVtable : 5000;
            byte[] body = FarTable.Build(sim.Random, vtable, place, inOneWrite ? LargeBytes : 6000);
            await AssertRefusedBetweenOthers(sim, caller, SmfMessage.EncodeRaw(1, Id, body), inOneWrite);
            await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(2);
            SmfFarServer cut = await Assert.That(sim.SmfServer.Connections).HasSingleItem(connection => connection.IsOver);
            await Assert.That(cut.BytesReceived).IsBetween(0, SmfHeader.Bytes + place);
            await Assert.That(cut.SawReset).IsEqualTo(canReset);
            await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Malformed)).IsEqualTo(1);
            await AssertNothingLeaks(sim, caller);
        }
    }

    /// <summary>Its caller has a part of a reply, in whose place no 400 can stand.</summary>
    [Test]
    public async Task A_far_vtable_that_is_none_breaks_off_a_caller_whose_reply_has_begun()
    {
        GatewaySimulation sim = Simulate("copy", canReset: true);
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.EncodeRaw(1, Id, FarTable.Build(sim.Random, [0, 0, 0, 0], FarVtable, LargeBytes));
        caller.Send(request.AsSpan(0, 100_000));
        sim.RunUntilQuiet();
        SmfFarServer server = sim.SmfServer.Connection;
        server.Send(SmfMessage.Encode(SmfHeader.Read(server.Inbox.Bytes).Session, 200, new byte[50_000]).AsSpan(0, 20_000));
        sim.RunUntilQuiet();
        await Assert.That(caller.BytesReceived).IsEqualTo(20_000);
        caller.Send(request.AsSpan(100_000));
        sim.RunUntilQuiet();
        await Assert.That(caller.SawReset).IsTrue();
        await Assert.That(server.IsOver).IsTrue();
        await sim.AssertNothingLeaked();
    }

    /// <summary>The 400 is one reply too many for it, and ends it in the middle of being told.</summary>
    [Test]
    public async Task A_far_vtable_that_is_none_of_a_caller_that_reads_nothing_ends_it_and_leaves_the_books_right()
    {
        var sim = new GatewaySimulation(
            new GatewaySetup { SharedBodyMax = SharedBodyMax, ReplyBufferMax = 64 * 1024, Relay = RelayPolicy.CopyAll },
            NetworkConditions.Calm with { BufferBytesMin = 400_000, BufferBytesMax = 400_000 });
        SmfFarCaller caller = sim.ConnectSmf();
        caller.IsReading = false;
        byte[] request = SmfMessage.EncodeRaw(1, Id, FarTable.Build(sim.Random, [0, 0, 0, 0], FarVtable, LargeBytes));
        sim.SmfServer.OnRequest = (server, asked) => server.Reply(asked, new byte[900]);
        for (ushort session = 100; session < 100 + 499; session++)
            caller.Call(session, "x"u8);
        caller.Send(request.AsSpan(0, 100_000));
        sim.RunUntilQuiet();
        sim.SmfServer.OnRequest = (server, asked) => server.Reply(asked, "enough"u8);
        caller.Send(request.AsSpan(100_000));
        sim.RunUntilQuiet();
        caller.Close();
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
    }

    [Test]
    [MethodDataSource(nameof(NoTables))]
    public async Task A_small_reply_that_is_no_table_becomes_502_and_the_connection_goes_on(byte[] payload)
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (server, request) => server.Send(request.Content.Length == 1
            ? SmfMessage.EncodeRaw(request.Header.Session, 200, payload)
            : SmfMessage.Encode(request.Header.Session, 200, request.Content));
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        caller.Call(2, "xx"u8);
        sim.RunUntilQuiet();
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((502u, 200u));
        await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task A_large_reply_that_is_no_table_becomes_502_and_the_rest_of_it_is_swallowed(string relay, bool canReset, bool inOneWrite)
    {
        foreach (bool isExclusive in (bool[])[true, false])
        {
            GatewaySimulation sim = Simulate(relay, canReset);
            SmfMessage? asked = null;
            sim.SmfServer.OnRequest = (_, request) => asked = request;
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Call(1, new byte[isExclusive ? 5000 : 10]);
            sim.RunUntilQuiet();
            Send(sim, sim.SmfServer.Connection, SmfMessage.EncodeRaw(asked!.Header.Session, 200, new byte[inOneWrite ? LargeBytes : 6000]), inOneWrite);
            sim.SmfServer.OnRequest = (server, request) => server.Reply(request, "next"u8);
            await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
            caller.Call(2, "x"u8);
            sim.RunUntilQuiet();
            await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
            await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);
            foreach (SmfFarServer connection in sim.SmfServer.Connections)
                await Assert.That(connection.IsOver).IsFalse();
            await AssertNothingLeaks(sim, caller);
        }
    }

    [Test]
    [MethodDataSource(nameof(Relays))]
    public async Task A_far_vtable_of_a_reply_is_held_to_its_place_alone(string relay)
    {
        GatewaySimulation sim = Simulate(relay, canReset: true);
        byte[] inside = FarTable.Build(sim.Random, [0, 0, 0, 0], FarVtable, LargeBytes);
        byte[] outside = [.. inside];
        BinaryPrimitives.WriteInt32LittleEndian(outside.AsSpan(4), 4 - LargeBytes);
        sim.SmfServer.OnRequest = (server, request) =>
            server.Send(SmfMessage.EncodeRaw(request.Header.Session, 200, request.Content.Length == 1 ? inside : outside));
        SmfFarCaller caller = sim.ConnectSmf();
        caller.NeedsTables = false;
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        caller.Call(2, "xx"u8);
        sim.RunUntilQuiet();
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((200u, 502u));
        await Assert.That(caller.Replies[0].Payload).IsSequence(inside);
    }

    /// <summary>The rest of the request is of no use to that server, and its connection not for another call.</summary>
    [Test]
    [Arguments(0u)]
    [Arguments(200u)]
    public async Task A_large_bad_reply_that_comes_before_its_request_has_ended_ends_the_connection(uint status)
    {
        GatewaySimulation sim = Simulate("copy", canReset: true);
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.Encode(1, Id, new byte[LargeBytes]);
        caller.Send(request.AsSpan(0, 100_000));
        sim.RunUntilQuiet();
        SmfFarServer server = sim.SmfServer.Connection;
        server.Send(SmfMessage.EncodeRaw(SmfHeader.Read(server.Inbox.Bytes).Session, status, new byte[10_000]));
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
        await Assert.That(server.IsOver).IsTrue();
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
        caller.Send(request.AsSpan(100_000));
        caller.Call(2, "next"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        await AssertNothingLeaks(sim, caller);
    }

    [Test]
    public async Task A_backend_of_any_payload_gets_and_gives_any_bytes()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedBodyMax = SharedBodyMax, Payload = PayloadKind.Any });
        sim.SmfServer.OnRequest = (server, request) => server.Send(SmfMessage.EncodeRaw(request.Header.Session, 200, request.Payload));
        SmfFarCaller caller = sim.ConnectSmf();
        byte[][] payloads = ["x"u8.ToArray(), new byte[60], new byte[LargeBytes]];
        foreach ((int i, byte[] payload) in payloads.Index())
        {
            caller.Send(SmfMessage.EncodeRaw((ushort)(i + 1), Id, payload));
            sim.RunUntilQuiet();
        }
        await Assert.That(caller.Replies.Select(reply => reply.Payload)).IsSequence(payloads);
    }

    [Test]
    [Arguments(SmfCompression.None, 400)]
    [Arguments(SmfCompression.Disabled, 400)]
    [Arguments(SmfCompression.Zstd, 200)]
    [Arguments(SmfCompression.Lz4, 200)]
    public async Task Packed_bodies_pass_unseen_either_way(SmfCompression compression, int status)
    {
        foreach (int bytes in (int[])[1, LargeBytes])
        {
            GatewaySimulation sim = Simulate("default", canReset: true);
            sim.SmfServer.OnRequest = (server, request) => server.Send(SmfMessage.EncodeRaw(request.Header.Session, 200, request.Payload, request.Header.Compression));
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Send(SmfMessage.EncodeRaw(1, Id, new byte[bytes], compression));
            sim.RunUntilQuiet();
            await Assert.That(caller.StatusOf(1)).IsEqualTo((uint)status);
            await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(status == 200 ? 1 : 0);
        }
    }

    /// <summary>A client may not look at a number that names no packing: what has one is held to be unpacked.</summary>
    [Test]
    public async Task A_reply_with_an_unknown_compression_is_no_way_round_the_check()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (server, request) => server.Send(SmfMessage.EncodeRaw(request.Header.Session, 200, "x"u8, (SmfCompression)9));
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
    }

    [Test]
    [Arguments(SmfCompression.None, 200)]
    [Arguments(SmfCompression.Disabled, 200)]
    [Arguments(SmfCompression.Zstd, 400)]
    [Arguments(SmfCompression.Lz4, 400)]
    public async Task A_backend_that_refuses_compression_gets_no_packed_request(SmfCompression compression, int status)
    {
        foreach (int bytes in (int[])[12, LargeBytes])
        {
            var sim = new GatewaySimulation(new GatewaySetup { SharedBodyMax = SharedBodyMax, Compression = CompressedRequests.Refuse });
            SmfFarCaller caller = sim.ConnectSmf();
            byte[] payload = new byte[bytes];
            SmfEmptyReply.Payload.CopyTo(payload);
            caller.Send([.. SmfMessage.EncodeRaw(1, Id, payload, compression), .. SmfMessage.Encode(2, Id, "next"u8)]);
            sim.RunUntilQuiet();
            await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo(((uint)status, 200u));
            await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(status == 200 ? 2 : 1);
            await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Malformed)).IsEqualTo(status == 200 ? 0 : 1);
        }
    }

    [Test]
    public async Task A_small_request_of_a_caller_that_is_kept_apart_is_checked_as_well()
    {
        GatewaySimulation sim = Simulate("copy", canReset: true);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(100, "before"u8);
        sim.RunUntilQuiet();
        sim.LastSmfCaller!.Isolate();
        await AssertRefusedBetweenOthers(sim, caller, SmfMessage.EncodeRaw(1, Id, "x"u8), inOneWrite: true, sessions: (101, 102));
        await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(3);
    }

    private static GatewaySimulation Simulate(string relay, bool canReset)
    {
        var setup = new GatewaySetup { SharedBodyMax = SharedBodyMax };
        if (relay != "default")
            setup = setup with { Relay = relay == "splice" ? SplicesEverything : RelayPolicy.CopyAll };
        return new GatewaySimulation(setup, NetworkConditions.Calm with { CanReset = canReset });
    }

    private static async Task AssertRefusedBetweenOthers(GatewaySimulation sim, SmfFarCaller caller, byte[] request, bool inOneWrite, (ushort Before, ushort After)? sessions = null)
    {
        (ushort before, ushort after) = sessions ?? (100, 200);
        Send(sim, caller, [.. SmfMessage.Encode(before, Id, "before"u8), .. request, .. SmfMessage.Encode(after, Id, "after"u8)], inOneWrite);
        await Assert.That((caller.StatusOf(before), caller.StatusOf(1), caller.StatusOf(after))).IsEqualTo((200u, 400u, 200u));
        await Assert.That(caller.Replies.Single(reply => reply.Header.Session == 1).Payload).IsSequence(SmfEmptyReply.Payload.ToArray());
    }

    private static void Send(GatewaySimulation sim, FarEnd from, byte[] bytes, bool inOneWrite)
    {
        if (inOneWrite)
        {
            from.Send(bytes);
            sim.RunUntilQuiet();
            return;
        }
        foreach (byte one in bytes)
        {
            from.Send([one]);
            sim.RunUntilQuiet();
        }
    }

    private static async Task AssertNothingLeaks(GatewaySimulation sim, SmfFarCaller caller)
    {
        caller.Close();
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
        await Assert.That(sim.Loop.Timers.Count).IsEqualTo(0);
    }
}
