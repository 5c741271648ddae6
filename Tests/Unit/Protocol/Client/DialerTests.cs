using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>How clients connect, and how they leave a server alone that cannot be reached.</summary>
public sealed class DialerTests
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly ManualTimeProvider _clock = new();
    private readonly MadeConnections _connections = new();
    private TransportConnection? _kept;

    [Test]
    [Arguments(1, 100)]
    [Arguments(2, 160)]
    [Arguments(3, 256)]
    [Arguments(20, 30_000)]
    [Arguments(5000, 30_000)]
    public async Task The_pause_grows_with_each_failure_up_to_its_most(int failures, double expectedMs) =>
        await Assert.That(new Backoff { Jitter = 0 }.After(failures).TotalMilliseconds).IsEqualTo(expectedMs);

    [Test]
    public async Task Chance_changes_the_pause_by_no_more_than_it_may_and_as_its_seed_says()
    {
        double[] pauses = [.. Draw(seed: 1)];
        foreach (double pause in pauses)
            await Assert.That(pause).IsBetween(80, 120);
        await Assert.That(pauses.Distinct().Count() > 90).IsTrue();
        await Assert.That(pauses).Contains(pause => pause < 90);
        await Assert.That(pauses).Contains(pause => pause > 110);
        await Assert.That(Draw(seed: 1)).IsSequence(pauses);
    }

    [Test]
    public async Task A_call_that_does_not_wait_fails_with_the_reason_and_the_next_one_without_an_attempt()
    {
        using Dialer dialer = Make();
        var first = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false)))!;
        await Assert.That(first.Message).IsEqualTo("test: no connection: connection refused");
        await Assert.That((first.Status, first.Blame, first.MayHaveRun)).IsEqualTo((503u, Blame.Connection, false));
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.TransientFailure);
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        await Assert.That(_connections.Attempts).IsEqualTo(1);
    }

    [Test]
    public async Task After_the_pause_a_call_makes_another_attempt()
    {
        using Dialer dialer = Make();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        _connections.Add(MemoryPair.Create().Client);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await DialAsync(dialer, wait: false);
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_call_that_waits_tries_again_and_again_until_there_is_a_connection()
    {
        using Dialer dialer = Make();
        Task<TransportConnection> waiting = DialAsync(dialer, wait: true);
        await _clock.WaitForTimersAsync(1, _cancel);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        await _clock.WaitForTimersAsync(1, _cancel);
        await Assert.That(_connections.Attempts).IsEqualTo(2);
        _connections.Add(MemoryPair.Create().Client);
        _clock.Advance(TimeSpan.FromMilliseconds(160));
        _ = await waiting;
        await Assert.That(_connections.Attempts).IsEqualTo(3);
    }

    [Test]
    public async Task A_call_that_does_not_wait_is_not_held_up_by_one_that_does()
    {
        using Dialer dialer = Make();
        Task<TransportConnection> waiting = DialAsync(dialer, wait: true);
        await _clock.WaitForTimersAsync(1, _cancel);
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        _connections.Add(MemoryPair.Create().Client);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await waiting;
    }

    [Test]
    public async Task A_connection_that_takes_too_long_is_a_failure_that_says_how_long()
    {
        using var dialer = new Dialer(new Unreachable(), new FrameClientOptions { TimeProvider = _clock, Backoff = new Backoff { Jitter = 0 } });
        Task<TransportConnection> dialing = DialAsync(dialer, wait: false);
        await _clock.WaitForTimersAsync(1, _cancel);
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.Connecting);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Assert.That((await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => dialing))!.Message)
            .IsEqualTo("nowhere: no connection: no connection within 5 s");
    }

    [Test]
    public async Task A_call_that_ends_before_there_is_a_connection_leaves_it_to_the_next()
    {
        var connector = new SlowConnector();
        using var dialer = new Dialer(connector, new FrameClientOptions { TimeProvider = _clock });
        using var first = new CancellationTokenSource();
        Task<TransportConnection> impatient = DialUntilAsync(dialer, wait: false, first.Token);
        await first.CancelAsync();
        _ = await Assert.ThrowsAsync<OperationCanceledException>(() => impatient);
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.Connecting);

        Task<TransportConnection> next = DialAsync(dialer, wait: false);
        TransportConnection made = MemoryPair.Create().Client;
        connector.Made.SetResult(made);

        await Assert.That(await next).IsSameReferenceAs(made);
        await Assert.That(connector.Attempts).IsEqualTo(1);
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_call_that_ends_before_the_attempt_fails_leaves_the_pause_to_the_next()
    {
        var connector = new SlowConnector();
        using var dialer = new Dialer(connector, new FrameClientOptions { TimeProvider = _clock });
        using var first = new CancellationTokenSource();
        Task<TransportConnection> impatient = DialUntilAsync(dialer, wait: false, first.Token);
        await first.CancelAsync();
        _ = await Assert.ThrowsAsync<OperationCanceledException>(() => impatient);

        connector.Made.SetException(new IOException("connection refused"));

        await Assert.That(await dialer.Connectivity.WaitForChangeAsync(ConnectivityState.Connecting, _cancel)).IsEqualTo(ConnectivityState.TransientFailure);
        var e = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false)))!;
        await Assert.That(e.Message).IsEqualTo("slow: no connection: connection refused");
        await Assert.That(connector.Attempts).IsEqualTo(1);
    }

    [Test]
    public async Task Disposing_ends_the_attempt_and_the_call_that_waits_for_it()
    {
        var dialer = new Dialer(new Unreachable(), new FrameClientOptions { TimeProvider = _clock });
        Task<TransportConnection> dialing = DialAsync(dialer, wait: true);
        await _clock.WaitForTimersAsync(1, _cancel);

        dialer.Dispose();

        await Assert.That((await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => dialing))!.Message)
            .Contains("the client of nowhere was disposed", StringComparison.Ordinal);
        await Assert.That(_clock.TimersArmed).IsEqualTo(0);
    }

    [Test]
    public async Task A_failure_of_any_kind_is_one_of_the_connection_and_begins_a_pause()
    {
        using var dialer = new Dialer(new Defective(), new FrameClientOptions { TimeProvider = _clock, Backoff = new Backoff { Jitter = 0 } });
        var e = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false)))!;
        await Assert.That(e.Message).IsEqualTo("defective: no connection: no certificate for that name");
        _ = await Assert.That(e.InnerException).IsTypeOf<InvalidOperationException>();
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.TransientFailure);
    }

    [Test]
    public async Task A_state_can_be_waited_for()
    {
        using Dialer dialer = Make();
        Task<ConnectivityState> change = dialer.Connectivity.WaitForChangeAsync(ConnectivityState.Idle, _cancel);
        await Assert.That(change.IsCompleted).IsFalse();
        _connections.Add(MemoryPair.Create().Client);
        _ = await DialAsync(dialer, wait: false);
        await Assert.That(await change).IsNotEqualTo(ConnectivityState.Idle);
        await Assert.That(await dialer.Connectivity.WaitForChangeAsync(ConnectivityState.Connecting, _cancel)).IsEqualTo(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_disposed_client_connects_no_more_and_its_state_stays()
    {
        Dialer dialer = Make();
        dialer.Dispose();
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => DialAsync(dialer, wait: true));
        dialer.Connectivity.Enter(ConnectivityState.Ready);
        await Assert.That(dialer.Connectivity.State).IsEqualTo(ConnectivityState.Shutdown);
    }

    private static double[] Draw(int seed)
    {
        var backoff = new Backoff { Random = new Random(seed) };
        return [.. Enumerable.Range(0, 100).Select(_ => backoff.After(1).TotalMilliseconds)];
    }

    private Dialer Make() => new(_connections, new FrameClientOptions { TimeProvider = _clock, Backoff = new Backoff { Jitter = 0 } });

    private Task<TransportConnection> DialAsync(Dialer dialer, bool wait) =>
        DialUntilAsync(dialer, wait, _cancel);

    private Task<TransportConnection> DialUntilAsync(Dialer dialer, bool wait, CancellationToken cancel) =>
        dialer.DialAsync(() => _kept, connection => connection, made => _kept = made, wait, cancel).AsTask();

    private sealed class Defective : IConnector
    {
        public string Address => "defective";

        public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel) => throw new InvalidOperationException("no certificate for that name");
    }

    private sealed class Unreachable : IConnector
    {
        public string Address => "nowhere";

        public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
        {
            await Task.Delay(Timeout.Infinite, cancel);
            throw new InvalidOperationException("never");
        }
    }
}
