using System.Threading.Channels;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Server;

public sealed class AcceptLoopTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly ScriptedListener _listener = new();
    private readonly Channel<Connection> _begun = Channel.CreateUnbounded<Connection>();

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    [Test]
    public async Task Every_caller_is_served_and_its_transport_ended_when_it_is_over()
    {
        await using AcceptLoop loop = Start(10);
        MemoryPair pair = _listener.Connect();
        Connection connection = await NextAsync();
        connection.Over.SetResult();
        await Assert.That((await pair.Client.Input.ReadAsync(Cancel)).IsCompleted).IsTrue();
    }

    [Test]
    public async Task A_caller_beyond_the_limit_is_accepted_when_another_has_gone()
    {
        await using AcceptLoop loop = Start(connectionsMax: 1);
        _ = _listener.Connect();
        _ = _listener.Connect();
        Connection first = await NextAsync();
        await Assert.That(_listener.Waiting).IsEqualTo(1);
        first.Over.SetResult();
        _ = await NextAsync();
        await Assert.That(_listener.Waiting).IsEqualTo(0);
    }

    [Test]
    public async Task A_failing_accept_is_tried_again_after_a_pause()
    {
        await using AcceptLoop loop = Start(10);
        _listener.Fail(new IOException("too many open files"));
        await _clock.WaitForTimersAsync(1, Cancel);
        _ = _listener.Connect();
        await Assert.That(_listener.Waiting).IsEqualTo(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _ = await NextAsync();
    }

    [Test]
    public async Task A_connection_that_fails_gives_its_place_back_and_cuts_the_caller_off()
    {
        await using AcceptLoop loop = Start(connectionsMax: 1);
        MemoryPair pair = _listener.Connect();
        (await NextAsync()).Over.SetException(new InvalidOperationException("a defect"));
        _ = _listener.Connect();
        _ = await NextAsync();
        _ = await Assert.ThrowsExactlyAsync<IOException>(async () => await pair.Client.Input.ReadAsync(Cancel));
    }

    [Test]
    public async Task A_connection_that_cannot_be_ended_in_order_gives_its_place_back()
    {
        await using AcceptLoop loop = Start(connectionsMax: 1);
        _listener.Connect(new Unendable(MemoryPair.Create().Server));
        (await NextAsync()).Over.SetResult();
        _ = _listener.Connect();
        _ = await NextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Test]
    public async Task A_grace_that_is_no_time_is_refused_and_the_server_goes_on()
    {
        await using AcceptLoop loop = Start(10);
        foreach (TimeSpan grace in new[] { TimeSpan.MaxValue, TimeSpan.FromMilliseconds(-5) })
            _ = await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => loop.StopAsync(grace, CancellationToken.None));
        _ = _listener.Connect();
        _ = await NextAsync();
    }

    [Test]
    public async Task Stopping_accepts_no_more_and_waits_for_the_calls_in_hand()
    {
        AcceptLoop loop = Start(10);
        _ = _listener.Connect();
        Connection connection = await NextAsync();
        Task stopped = loop.StopAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        await connection.Draining.Task.WaitAsync(Cancel);
        await Assert.That(_listener.Disposed).IsTrue();
        await Assert.That(stopped.IsCompleted).IsFalse();
        connection.Over.SetResult();
        await stopped.WaitAsync(Cancel);
        await Assert.That(connection.Aborted.Task.IsCompleted).IsFalse();
    }

    [Test]
    public async Task What_takes_longer_than_the_grace_is_aborted()
    {
        AcceptLoop loop = Start(10);
        _ = _listener.Connect();
        Connection connection = await NextAsync();
        Task stopped = loop.StopAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        await connection.Draining.Task.WaitAsync(Cancel);
        await _clock.WaitForTimersAsync(1, Cancel);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await connection.Aborted.Task.WaitAsync(Cancel);
        await stopped.WaitAsync(Cancel);
    }

    [Test]
    public async Task Stopping_does_not_wait_for_what_ignores_its_abort()
    {
        AcceptLoop loop = Start(10);
        _ = _listener.Connect();
        Connection connection = await NextAsync();
        connection.IgnoresAbort = true;
        Task stopped = loop.StopAsync(TimeSpan.Zero, CancellationToken.None);
        await connection.Aborted.Task.WaitAsync(Cancel);
        await _clock.WaitForTimersAsync(1, Cancel);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await stopped.WaitAsync(Cancel);
    }

    [Test]
    public async Task A_server_starts_once_and_may_be_stopped_without_having_started()
    {
        var loop = new AcceptLoop(_listener, new Options(), _ => throw new InvalidOperationException("nobody connects"));
        await loop.StopAsync(TimeSpan.Zero, CancellationToken.None).WaitAsync(Cancel);
        await Assert.That(_listener.Disposed).IsTrue();
        Assert.ThrowsExactly<InvalidOperationException>(loop.Start);
        await loop.DisposeAsync();
    }

    [Test]
    [Arguments(0, 1, 1, 1)]
    [Arguments(1, 0, 1, 1)]
    [Arguments(1, 1, 0, 0)]
    [Arguments(1, 1, 2, 1)]
    public void Limits_that_let_nothing_through_are_refused(int connections, int calls, int messageBytes, long memoryBytes) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new Options { ConnectionsMax = connections, CallsMax = calls, MessageBytesMax = messageBytes, MemoryBytesMax = memoryBytes }.Validate());

    private AcceptLoop Start(int connectionsMax)
    {
        var loop = new AcceptLoop(_listener, new Options { ConnectionsMax = connectionsMax, TimeProvider = _clock }, _ =>
        {
            var connection = new Connection();
            Must.Hold(_begun.Writer.TryWrite(connection));
            return connection;
        });
        loop.Start();
        return loop;
    }

    private ValueTask<Connection> NextAsync() => _begun.Reader.ReadAsync(Cancel);

    private sealed record Options : ServerOptions;

    private sealed class Connection : IServedConnection
    {
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IgnoresAbort { get; set; }

        public TaskCompletionSource Draining { get; } = new();

        public TaskCompletionSource Aborted { get; } = new();

        public Task RunAsync() => Over.Task;

        public void Drain() => Draining.SetResult();

        public void Abort()
        {
            Aborted.SetResult();
            if (!IgnoresAbort)
                Over.SetResult();
        }
    }

    private sealed class Unendable(TransportConnection inner) : TransportConnection
    {
        public override System.IO.Pipelines.PipeReader Input => inner.Input;

        public override System.IO.Pipelines.PipeWriter Output => inner.Output;

        public override string Peer => inner.Peer;

        public override bool IsAborted => inner.IsAborted;

        public override void Abort() => inner.Abort();

        public override ValueTask DisposeAsync() => throw new InvalidOperationException("a defect of the transport");
    }

    private sealed class ScriptedListener : IListener
    {
        private readonly Channel<object> _script = Channel.CreateUnbounded<object>();

        public string Address => "scripted";

        public bool Disposed { get; private set; }

        public int Waiting => _script.Reader.Count;

        public MemoryPair Connect()
        {
            var pair = MemoryPair.Create();
            Connect(pair.Server);
            return pair;
        }

        public void Connect(TransportConnection caller) => Must.Hold(_script.Writer.TryWrite(caller));

        public void Fail(Exception reason) => Must.Hold(_script.Writer.TryWrite(reason));

        public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) =>
            await _script.Reader.ReadAsync(cancel) switch
            {
                TransportConnection connection => connection,
                var reason => throw (Exception)reason,
            };

        public ValueTask DisposeAsync()
        {
            Disposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
