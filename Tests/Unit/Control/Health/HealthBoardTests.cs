using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Control.Health;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Control.Health;

public sealed class HealthBoardTests
{
    private readonly VirtualTime _time = new();
    private readonly BugLog _log = new();
    private readonly Queue<Action> _work = new();
    private readonly HealthBoard _board;
    private readonly Snapshot _snapshot = Snapshot.Of(new GatewaySetup { SmfServers = [1, 1] }.ToOptions());
    private int _published;

    public HealthBoardTests() => _board = new HealthBoard(_time, _work.Enqueue, _log) { Publish = () => _published++ };

    private static Address First => GatewaySetup.SmfAddress(0);

    [Test]
    public async Task A_server_that_was_never_tried_is_unknown()
    {
        await Assert.That(Status().Condition).IsEqualTo(ServerCondition.Unknown);
        await Assert.That(Status().IsUp).IsFalse();
    }

    [Test]
    public async Task An_ejection_by_one_worker_is_published_for_all_with_the_worker_that_finds_out_whether_it_is_over()
    {
        See(ServerEventKind.Ejected, worker: 1, "5 faults in a row");
        await Assert.That(_published).IsEqualTo(1);
        ServerSpec spec = _board.ApplyTo(_snapshot).Backends.Single(backend => backend.Name == "storage").Servers[0];
        await Assert.That((spec.Ejection!.Worker, spec.Ejection.Level)).IsEqualTo((1, 0));
        await Assert.That((Status().Condition, Status().Reason)).IsEqualTo((ServerCondition.Ejected, "5 faults in a row"));

        See(ServerEventKind.Ejected, worker: 0, "another worker sees the same");
        ServerEjection second = _board.ApplyTo(_snapshot).Backends.Single(backend => backend.Name == "storage").Servers[0].Ejection!;
        await Assert.That((second.Worker, second.Number > spec.Ejection.Number)).IsEqualTo((1, true));

        See(ServerEventKind.Recovered, worker: 1, "a call was answered well");
        await Assert.That(_board.ApplyTo(_snapshot).Backends.Single(backend => backend.Name == "storage").Servers[0].Ejection).IsNull();
        await Assert.That(_published).IsEqualTo(3);
    }

    [Test]
    public async Task It_is_down_as_long_as_any_worker_cannot_reach_it_and_warms_up_afterwards()
    {
        See(ServerEventKind.Reached, worker: 0, "a connection was established");
        See(ServerEventKind.Unreachable, worker: 0, "Connection refused");
        See(ServerEventKind.Unreachable, worker: 1, "Connection refused");
        See(ServerEventKind.Reached, worker: 0, "a connection was established");
        await Assert.That(Status().Condition).IsEqualTo(ServerCondition.Down);
        See(ServerEventKind.Reached, worker: 1, "a connection was established");
        await Assert.That(Status(slowStart: 10).Condition).IsEqualTo(ServerCondition.Warming);
        _time.AdvanceTo(_time.NowMs + 10_000);
        await Assert.That(Status(slowStart: 10).Condition).IsEqualTo(ServerCondition.Up);
        await Assert.That(_published).IsEqualTo(0).Because("workers find that out by themselves");
    }

    [Test]
    public async Task The_log_has_one_line_for_each_change_with_the_evidence()
    {
        See(ServerEventKind.Unreachable, worker: 0, "Connection refused");
        See(ServerEventKind.Unreachable, worker: 1, "Connection refused");
        See(ServerEventKind.Reached, worker: 1, "a connection was established");
        See(ServerEventKind.Reached, worker: 0, "a connection was established");
        See(ServerEventKind.Ejected, worker: 0, "5 faults in a row, the last one: no reply in time");
        await Assert.That(_log.Messages).IsSequence(
        [
            "Backend storage: server smf:1 is down: Connection refused. It is tried again until it is back.",
            "Backend storage: server smf:1 is up: a connection was established.",
            "Backend storage: server smf:1 is ejected: 5 faults in a row, the last one: no reply in time.",
        ]);
    }

    [Test]
    public async Task What_was_known_of_a_server_that_has_left_is_forgotten()
    {
        See(ServerEventKind.Ejected, worker: 0, "5 faults in a row");
        BackendSpec[] without = [.. _snapshot.Backends.Select(backend => backend with { Servers = [.. backend.Servers.Where(server => server.Address != First)] })];
        _ = _board.ApplyTo(_snapshot with { Backends = without });
        await Assert.That(Status().Condition).IsEqualTo(ServerCondition.Unknown);
    }

    private void See(ServerEventKind kind, int worker, string evidence)
    {
        _board.Enqueue(new ServerEvent("storage", First, worker, kind, Level: 0, evidence));
        while (_work.TryDequeue(out Action? work))
            work();
    }

    private ServerStatus Status(int slowStart = 0)
    {
        BackendSpec[] backends =
        [
            .. _snapshot.Backends.Select(backend => backend with
            {
                Options = backend.Options with { Eject = backend.Options.Eject with { SlowStart = TimeSpan.FromSeconds(slowStart) } },
            }),
        ];
        return _board.Read(_snapshot with { Backends = backends }).First(status => status.Server == First);
    }
}
