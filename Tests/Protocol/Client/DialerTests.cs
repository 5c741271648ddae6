using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Transports;
using Xunit;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>How clients connect, and how they leave a server alone that cannot be reached.</summary>
public sealed class DialerTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly ManualTimeProvider _clock = new();
    private readonly MadeConnections _connections = new();
    private TransportConnection? _kept;

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 160)]
    [InlineData(3, 256)]
    [InlineData(20, 30_000)]
    [InlineData(5000, 30_000)]
    public void The_pause_grows_with_each_failure_up_to_its_most(int failures, double expectedMs) =>
        Assert.Equal(expectedMs, new Backoff { Jitter = 0 }.After(failures).TotalMilliseconds, 3);

    [Fact]
    public void Chance_changes_the_pause_by_no_more_than_it_may_and_as_its_seed_says()
    {
        double[] pauses = [.. Draw(seed: 1)];
        Assert.All(pauses, pause => Assert.InRange(pause, 80, 120));
        Assert.True(pauses.Distinct().Count() > 90);
        Assert.Contains(pauses, pause => pause < 90);
        Assert.Contains(pauses, pause => pause > 110);
        Assert.Equal(pauses, Draw(seed: 1));
    }

    [Fact]
    public async Task A_call_that_does_not_wait_fails_with_the_reason_and_the_next_one_without_an_attempt()
    {
        using Dialer dialer = Make();
        var first = await Assert.ThrowsAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        Assert.Equal("test: no connection: connection refused", first.Message);
        Assert.Equal((503u, Blame.Connection, false), (first.Status, first.Blame, first.MayHaveRun));
        Assert.Equal(ConnectivityState.TransientFailure, dialer.Connectivity.State);
        _ = await Assert.ThrowsAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        Assert.Equal(1, _connections.Attempts);
    }

    [Fact]
    public async Task After_the_pause_a_call_makes_another_attempt()
    {
        using Dialer dialer = Make();
        _ = await Assert.ThrowsAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        _connections.Add(MemoryPair.Create().Client);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await DialAsync(dialer, wait: false);
        Assert.Equal(ConnectivityState.Ready, dialer.Connectivity.State);
    }

    [Fact]
    public async Task A_call_that_waits_tries_again_and_again_until_there_is_a_connection()
    {
        using Dialer dialer = Make();
        Task<TransportConnection> waiting = DialAsync(dialer, wait: true);
        await _clock.WaitForTimersAsync(1, _cancel);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        await _clock.WaitForTimersAsync(1, _cancel);
        Assert.Equal(2, _connections.Attempts);
        _connections.Add(MemoryPair.Create().Client);
        _clock.Advance(TimeSpan.FromMilliseconds(160));
        _ = await waiting;
        Assert.Equal(3, _connections.Attempts);
    }

    [Fact]
    public async Task A_call_that_does_not_wait_is_not_held_up_by_one_that_does()
    {
        using Dialer dialer = Make();
        Task<TransportConnection> waiting = DialAsync(dialer, wait: true);
        await _clock.WaitForTimersAsync(1, _cancel);
        _ = await Assert.ThrowsAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        _connections.Add(MemoryPair.Create().Client);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await waiting;
    }

    [Fact]
    public async Task A_connection_that_takes_too_long_is_a_failure_that_says_how_long()
    {
        using var dialer = new Dialer(new Unreachable(), new FrameClientOptions { TimeProvider = _clock, Backoff = new Backoff { Jitter = 0 } });
        Task<TransportConnection> dialing = DialAsync(dialer, wait: false);
        await _clock.WaitForTimersAsync(1, _cancel);
        Assert.Equal(ConnectivityState.Connecting, dialer.Connectivity.State);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("nowhere: no connection: no connection within 5 s", (await Assert.ThrowsAsync<RpcConnectionException>(() => dialing)).Message);
    }

    [Fact]
    public async Task A_call_that_ends_before_there_is_a_connection_leaves_it_to_the_next()
    {
        var connector = new SlowConnector();
        using var dialer = new Dialer(connector, new FrameClientOptions { TimeProvider = _clock });
        using var first = new CancellationTokenSource();
        Task<TransportConnection> impatient = DialUntilAsync(dialer, wait: false, first.Token);
        await first.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Equal(ConnectivityState.Connecting, dialer.Connectivity.State);

        Task<TransportConnection> next = DialAsync(dialer, wait: false);
        TransportConnection made = MemoryPair.Create().Client;
        connector.Made.SetResult(made);

        Assert.Same(made, await next);
        Assert.Equal(1, connector.Attempts);
        Assert.Equal(ConnectivityState.Ready, dialer.Connectivity.State);
    }

    [Fact]
    public async Task A_call_that_ends_before_the_attempt_fails_leaves_the_pause_to_the_next()
    {
        var connector = new SlowConnector();
        using var dialer = new Dialer(connector, new FrameClientOptions { TimeProvider = _clock });
        using var first = new CancellationTokenSource();
        Task<TransportConnection> impatient = DialUntilAsync(dialer, wait: false, first.Token);
        await first.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        connector.Made.SetException(new IOException("connection refused"));

        Assert.Equal(ConnectivityState.TransientFailure, await dialer.Connectivity.WaitForChangeAsync(ConnectivityState.Connecting, _cancel));
        var e = await Assert.ThrowsAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        Assert.Equal("slow: no connection: connection refused", e.Message);
        Assert.Equal(1, connector.Attempts);
    }

    [Fact]
    public async Task Disposing_ends_the_attempt_and_the_call_that_waits_for_it()
    {
        var dialer = new Dialer(new Unreachable(), new FrameClientOptions { TimeProvider = _clock });
        Task<TransportConnection> dialing = DialAsync(dialer, wait: true);
        await _clock.WaitForTimersAsync(1, _cancel);

        dialer.Dispose();

        Assert.Contains("the client of nowhere was disposed", (await Assert.ThrowsAsync<ObjectDisposedException>(() => dialing)).Message, StringComparison.Ordinal);
        Assert.Equal(0, _clock.TimersArmed);
    }

    [Fact]
    public async Task A_failure_of_any_kind_is_one_of_the_connection_and_begins_a_pause()
    {
        using var dialer = new Dialer(new Defective(), new FrameClientOptions { TimeProvider = _clock, Backoff = new Backoff { Jitter = 0 } });
        var e = await Assert.ThrowsAsync<RpcConnectionException>(() => DialAsync(dialer, wait: false));
        Assert.Equal("defective: no connection: no certificate for that name", e.Message);
        _ = Assert.IsType<InvalidOperationException>(e.InnerException);
        Assert.Equal(ConnectivityState.TransientFailure, dialer.Connectivity.State);
    }

    [Fact]
    public async Task A_state_can_be_waited_for()
    {
        using Dialer dialer = Make();
        Task<ConnectivityState> change = dialer.Connectivity.WaitForChangeAsync(ConnectivityState.Idle, _cancel);
        Assert.False(change.IsCompleted);
        _connections.Add(MemoryPair.Create().Client);
        _ = await DialAsync(dialer, wait: false);
        Assert.NotEqual(ConnectivityState.Idle, await change);
        Assert.Equal(ConnectivityState.Ready, await dialer.Connectivity.WaitForChangeAsync(ConnectivityState.Connecting, _cancel));
    }

    [Fact]
    public async Task A_disposed_client_connects_no_more_and_its_state_stays()
    {
        Dialer dialer = Make();
        dialer.Dispose();
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => DialAsync(dialer, wait: true));
        dialer.Connectivity.Enter(ConnectivityState.Ready);
        Assert.Equal(ConnectivityState.Shutdown, dialer.Connectivity.State);
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
