using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Control.Health;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Formats;

/// <summary>A second snapshot is published in the middle of calls: everything stands in another order, one route and one server are gone, and one of each is new.</summary>
public sealed class SnapshotTests
{
    private static readonly GatewaySetup Setup = new() { SmfServers = [1, 1], FrameServers = [1] };

    private readonly GatewaySimulation _sim = new(Setup);
    private readonly List<(SmfFarServer Connection, SmfMessage Request)> _smfRequests = [];
    private readonly SmfServer _added = new(new TcpAddress("smf", 99));

    public SnapshotTests()
    {
        foreach (SmfServer server in _sim.SmfServers)
            server.OnRequest = (connection, request) => _smfRequests.Add((connection, request));
        _sim.Network.World.Add(_added);
    }

    private static Address First => GatewaySetup.SmfAddress(0);

    private static Address Second => GatewaySetup.SmfAddress(1);

    private CallTally SmfCalls => _sim.SmfLedger.Tallies.Single(tally => tally.Name.Route == "get");

    [Test]
    public async Task Calls_in_flight_get_their_replies_and_every_count_stays_under_its_name()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        FrameFarCaller frames = _sim.ConnectFrames(), stranger = _sim.ConnectFrames();
        FrameMessage? echo = null, fail = null;
        _sim.FrameServer.OnRequest = (_, request) => (echo, fail) = request.Endpoint == "Fail" ? (echo, request) : (request, fail);
        for (ushort session = 1; session <= 4; session++)
            smf.Call(session, "small"u8);
        smf.Send(SmfMessage.Encode(5, GatewaySetup.GetId, new byte[300_000]).AsSpan(0, 100_000));
        frames.Call("1");
        stranger.Call("2", "Fail");
        _sim.RunUntilQuiet();
        await Assert.That(_smfRequests.Count).IsEqualTo(4);

        Publish();
        smf.Send(SmfMessage.Encode(5, GatewaySetup.GetId, new byte[300_000]).AsSpan(100_000));
        _sim.RunUntilQuiet();
        foreach ((SmfFarServer connection, SmfMessage request) in _smfRequests)
            connection.Reply(request, request.Content);
        Holder(echo!).Echo(echo!);
        Holder(fail!).Echo(fail!);
        _sim.RunUntilQuiet();

        await Assert.That(smf.Replies.Select(reply => reply.Header.Meta)).IsSequence(Enumerable.Repeat(200u, 5));
        await Assert.That(frames.LastReply.Error).IsEqualTo(ReplyError.Ok);
        await Assert.That(stranger.LastReply.Error).IsEqualTo(ReplyError.Ok);
        await Assert.That(LedgerCheck.EndedAt(SmfCalls, First.ToString(), SmfStatuses.Of(200)) + LedgerCheck.EndedAt(SmfCalls, Second.ToString(), SmfStatuses.Of(200))).IsEqualTo(5);
        await Assert.That(LedgerCheck.EndedAt(TallyOf("Fail"), GatewaySetup.FrameAddress(0).ToString(), FrameStatuses.Ok)).IsEqualTo(1);
        await Assert.That(LedgerCheck.EndedAt(TallyOf("Echo"), GatewaySetup.FrameAddress(0).ToString(), FrameStatuses.Ok)).IsEqualTo(1);
    }

    [Test]
    public async Task New_calls_go_by_the_new_snapshot()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        smf.Call(1, "before"u8);
        smf.Call(2, "before"u8);
        _sim.RunUntilQuiet();
        Publish();
        foreach ((SmfFarServer connection, SmfMessage request) in _smfRequests)
            connection.Reply(request, request.Content);
        _sim.SmfServers[1].OnRequest = (connection, request) => connection.Reply(request, request.Content);
        for (ushort session = 3; session <= 12; session++)
            CallAlone(smf, session);
        FrameFarCaller frames = _sim.ConnectFrames();
        frames.Call("1", "Added");
        frames.Call("2", "Fail");
        _sim.RunUntilQuiet();

        await Assert.That(smf.Replies.Count).IsEqualTo(12);
        await Assert.That(_sim.SmfServers[0].Requests.Count).IsEqualTo(1);
        await Assert.That((_sim.SmfServers[1].Requests.Count, _added.Requests.Count)).IsEqualTo((7, 4));
        await Assert.That(frames.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Ok, ReplyError.Request]);
        await Assert.That(frames.LastReply.ErrorMessage).IsEqualTo("no route for endpoint \"Fail\"");
        await Assert.That(LedgerCheck.EndedAt(SmfCalls, First.ToString(), SmfStatuses.Of(200))).IsEqualTo(1);
        await Assert.That(LedgerCheck.EndedAt(SmfCalls, Second.ToString(), SmfStatuses.Of(200))).IsEqualTo(7);
        await Assert.That(LedgerCheck.EndedAt(SmfCalls, _added.Address.ToString(), SmfStatuses.Of(200))).IsEqualTo(4);
    }

    [Test]
    public async Task A_server_that_has_left_is_seen_until_its_last_connection_closes_and_is_gone_then()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        smf.Call(1, "x"u8);
        smf.Call(2, "x"u8);
        _sim.RunUntilQuiet();
        Publish();
        _sim.RunUntilQuiet();
        await Assert.That(Servers()).IsSequence([First.ToString(), Second.ToString(), _added.Address.ToString()]);

        foreach ((SmfFarServer connection, SmfMessage request) in _smfRequests)
            connection.Reply(request, request.Content);
        _sim.RunUntilQuiet();
        await Assert.That(Servers()).IsSequence([Second.ToString(), _added.Address.ToString()]);
        await Assert.That(_sim.SmfServers[0].Connection.IsOver).IsTrue();
    }

    [Test]
    public async Task A_server_that_comes_back_in_time_keeps_its_connection_and_its_counts()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        smf.Call(1, "x"u8);
        smf.Call(2, "x"u8);
        _sim.RunUntilQuiet();
        Snapshot before = _sim.WorkerContext.Snapshot;
        Publish();
        _sim.WorkerContext.Apply(before with { Generation = 3 });
        foreach ((SmfFarServer connection, SmfMessage request) in _smfRequests)
            connection.Reply(request, request.Content);
        foreach (SmfServer server in _sim.SmfServers)
            server.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        for (ushort session = 3; session <= 8; session++)
            CallAlone(smf, session);
        await Assert.That(smf.Replies.Count).IsEqualTo(8);
        await Assert.That(LedgerCheck.EndedAt(SmfCalls, First.ToString(), SmfStatuses.Of(200))).IsBetween(3, 5);
    }

    [Test]
    public async Task Calls_that_wait_for_a_backend_that_has_left_are_served_and_then_it_is_gone()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1 });
        var requests = new List<FrameMessage>();
        sim.FrameServer.OnRequest = (_, request) => requests.Add(request);
        FrameFarCaller first = sim.ConnectFrames(), second = sim.ConnectFrames();
        first.Call("1");
        second.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(sim.FrameBackend.CallsWaiting).IsEqualTo(1);

        GatewayOptions options = sim.WorkerContext.Snapshot.Options;
        sim.WorkerContext.Apply(Snapshot.Of(options with
        {
            Backends = [options.Backends[0]],
            Routes = [.. options.Routes.Where(route => route.Backend == "storage")],
        }, generation: 2));
        sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        sim.FrameServer.Connection.Echo(requests[0]);
        sim.RunUntilQuiet();
        await Assert.That((first.Replies.Count, second.Replies.Count)).IsEqualTo((1, 1));
        await Assert.That(second.LastReply.Error).IsEqualTo(ReplyError.Ok);
        sim.RunFor(2000);
        await Assert.That(sim.FrameServer.OpenConnections).IsEqualTo(0);
        sim.WorkerContext.Apply(sim.WorkerContext.Snapshot with { Generation = 3 });
        await Assert.That(sim.WorkerContext.Statistics.Backends.Select(backend => backend.Name)).IsSequence(["storage"]);
    }

    [Test]
    public async Task A_server_that_is_judged_unhealthy_gets_no_new_call_until_it_is_healthy_again()
    {
        foreach (SmfServer server in _sim.SmfServers)
            server.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        SmfFarCaller smf = _sim.ConnectSmf();
        _sim.WorkerContext.Apply(_sim.WorkerContext.Snapshot.With("storage", First, server => server with { Health = ServerHealth.Down }));
        for (ushort session = 1; session <= 4; session++)
            smf.Call(session, "x"u8);
        _sim.RunUntilQuiet();
        await Assert.That((_sim.SmfServers[0].Requests.Count, _sim.SmfServers[1].Requests.Count)).IsEqualTo((0, 4));

        _sim.WorkerContext.Apply(_sim.WorkerContext.Snapshot.With("storage", First, server => server with { Health = ServerHealth.Up }));
        for (ushort session = 5; session <= 12; session++)
            CallAlone(smf, session);
        await Assert.That(_sim.SmfServers[0].Requests.Count).IsBetween(3, 4);
    }

    /// <summary>A server without a connection gets one when it is its turn, and calls from then on.</summary>
    private void CallAlone(SmfFarCaller caller, ushort session)
    {
        caller.Call(session, "x"u8);
        _sim.RunUntilQuiet();
    }

    [Test]
    public async Task A_snapshot_that_is_older_than_the_one_in_effect_changes_nothing()
    {
        Snapshot first = _sim.WorkerContext.Snapshot;
        Publish();
        Snapshot second = _sim.WorkerContext.Snapshot;
        _sim.WorkerContext.Apply(first);
        await Assert.That(_sim.WorkerContext.Snapshot).IsSameReferenceAs(second);
    }

    [Test]
    public async Task What_two_snapshots_do_not_have_is_not_counted_any_more()
    {
        _sim.ConnectFrames().Call("1", "Fail");
        _sim.RunUntilQuiet();
        Publish();
        await Assert.That(_sim.FrameLedger.Tallies.Select(tally => tally.Name.Route)).Contains("Fail");
        _sim.WorkerContext.Apply(_sim.WorkerContext.Snapshot with { Generation = 3 });
        await Assert.That(_sim.FrameLedger.Tallies.Select(tally => tally.Name.Route)).DoesNotContain("Fail");
    }

    [Test]
    public async Task Views_are_those_of_the_snapshot_in_its_order()
    {
        Publish();
        Snapshot snapshot = _sim.WorkerContext.Snapshot;
        await Assert.That(BackendViews.Of(snapshot, [_sim.WorkerContext.Statistics], new HealthBoard(_sim.Time, work => work(), NullLogger.Instance).Read(snapshot)).Backends.Select(view => view.Name)).IsSequence(["frames", "storage"]);
        await Assert.That(BackendViews.Of(snapshot, [_sim.WorkerContext.Statistics], new HealthBoard(_sim.Time, work => work(), NullLogger.Instance).Read(snapshot)).Backends[1].Servers.Select(view => view.Address))
            .IsSequence([_added.Address.ToString(), Second.ToString()]);
        await Assert.That(RouteViews.Of(snapshot).Routes[0].Name).IsEqualTo("Added");
    }

    private CallTally TallyOf(string route) => _sim.FrameLedger.Tallies.Single(tally => tally.Name.Route == route);

    private FrameFarServer Holder(FrameMessage request) => _sim.FrameServer.Connections[_sim.FrameServer.Requests.IndexOf(request)];

    private IEnumerable<string> Servers() =>
        _sim.WorkerContext.Statistics.Backends.Single(backend => backend.Name == "storage").Servers.Select((ServerStatistics server) => server.Address).Order(StringComparer.Ordinal);

    private void Publish()
    {
        GatewayOptions options = _sim.WorkerContext.Snapshot.Options;
        BackendOptions storage = options.Backends[0];
        RouteOptions added = options.Routes[1] with { Name = "Added", Id = RequestId.ForEndpoint("Added").Value, Endpoint = "Added" };
        _sim.WorkerContext.Apply(Snapshot.Of(options with
        {
            Listeners = [.. options.Listeners.Reverse()],
            Backends =
            [
                options.Backends[1],
                storage with { Servers = [new BackendServerOptions { Address = _added.Address }, storage.Servers[1]] },
            ],
            Routes = [added, .. options.Routes.Where(route => route.Name != "Fail").Reverse()],
        }, generation: 2));
    }
}
