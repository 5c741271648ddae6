using System.IO.Pipelines;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>Whatever a call waits for, it ends: with its time, with its token, with its client.</summary>
public sealed class FrameClientEndTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly ManualTimeProvider _clock = new();
    private readonly MadeConnections _connections = new();
    private FrameClient? _client;

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Test]
    public async Task A_source_that_cannot_be_cancelled_does_not_keep_a_call_beyond_its_time()
    {
        await using FramePeer first = Connect();
        await using FramePeer second = Connect();
        var source = new SilentStream();
        FrameClient client = Client(new FrameClientOptions { ConnectionsMax = 1 });
        Task<FrameReply> call = client.SendAsync(
            "Echo", FrameBody.Octets(source), DataType.Json, new CallOptions { Timeout = TimeSpan.FromSeconds(2) }, _cancel);
        _ = await first.ReadFrameAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), _cancel));
        await Assert.That(source.IsDisposed).IsFalse();
        // Its connection counts until the source lets go of its memory.
        source.LetGo();
        Task<FrameReply> next = client.SendAsync("Echo", FrameBody.None, DataType.None, cancel: _cancel);
        _ = await second.ReadMessageAsync();
        await second.SendAsync(Frame.ReplyHeader(DataType.None), Frame.Encode(FrameType.Data, true, []));
        await (await next).DisposeAsync();
        await Assert.That(source.IsDisposed).IsTrue();
    }

    [Test]
    public async Task Disposing_ends_the_calls_that_wait_for_a_connection_to_be_made()
    {
        var connector = new SlowConnector();
        var client = new FrameClient(connector, new FrameClientOptions { TimeProvider = _clock });
        Task<FrameReply> call = CallAsync(client);
        await client.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), _cancel));
        await Assert.That(client.State).IsEqualTo(ConnectivityState.Shutdown);
    }

    [Test]
    public async Task A_connection_that_is_made_after_its_call_was_over_serves_the_next_call()
    {
        var connector = new SlowConnector();
        _client = new FrameClient(connector, new FrameClientOptions { ConnectionsMax = 1, TimeProvider = _clock });
        Task<FrameReply> call = _client.SendAsync("Echo", FrameBody.None, DataType.None, new CallOptions { Timeout = TimeSpan.FromMilliseconds(50) }, _cancel);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
        MemoryPair pair = MemoryPair.Create();
        await using var server = new FramePeer(pair.Server);
        connector.Made.SetResult(pair.Client);
        await Assert.That(await _client.WaitForStateChangeAsync(ConnectivityState.Connecting, _cancel)).IsEqualTo(ConnectivityState.Ready);

        Task<FrameReply> next = CallAsync(_client);
        _ = await server.ReadMessageAsync();
        await server.SendAsync(Frame.ReplyHeader(DataType.None), Frame.Encode(FrameType.Data, true, []));
        await (await next).DisposeAsync();
        await Assert.That(connector.Attempts).IsEqualTo(1);
    }

    [Test]
    public async Task A_connection_that_was_made_while_the_client_was_disposed_carries_no_call()
    {
        var connector = new SlowConnector { IgnoresCancellation = true };
        var client = new FrameClient(connector, new FrameClientOptions { TimeProvider = _clock });
        Task<FrameReply> call = CallAsync(client);
        await client.DisposeAsync();
        MemoryPair pair = MemoryPair.Create();
        connector.Made.SetResult(pair.Client);
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), _cancel));
        _ = await Assert.ThrowsAsync<IOException>(new FramePeer(pair.Server).ReadToEndAsync);
    }

    [Test]
    public async Task Disposing_ends_the_calls_that_wait_for_the_server_to_come_back()
    {
        FrameClient client = Client();
        Task<FrameReply> call = client.SendAsync("Echo", FrameBody.None, DataType.None, new CallOptions { WaitForReady = true }, _cancel);
        await _clock.WaitForTimersAsync(3, _cancel);
        await client.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), _cancel));
    }

    [Test]
    public async Task Disposing_ends_the_calls_that_wait_for_a_reply_that_nobody_reads()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client(new FrameClientOptions { ConnectionsMax = 1 });
        Task<FrameReply> first = CallAsync(client, DataType.Octets);
        _ = await server.ReadMessageAsync();
        await server.SendAsync(Frame.ReplyHeader(DataType.Octets));
        FrameReply unread = await first;
        Task<FrameReply> second = CallAsync(client);
        await client.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => second.WaitAsync(TimeSpan.FromSeconds(30), _cancel));
        await unread.DisposeAsync();
    }

    [Test]
    public async Task A_server_that_takes_no_goodbye_gets_an_abrupt_end()
    {
        MemoryPair pair = MemoryPair.Create(options: new PipeOptions(pauseWriterThreshold: 196, resumeWriterThreshold: 100));
        _connections.Add(pair.Client);
        FrameClient client = Client();
        Task<FrameReply> call = client.SendAsync("Echo", FrameBody.RawJson(new string('1', 110).Select(digit => (byte)digit).ToArray()), DataType.None, cancel: _cancel);
        var server = new FramePeer(pair.Server);
        await server.SendAsync(Frame.ReplyHeader(DataType.None), Frame.Encode(FrameType.Data, true, []));
        await (await call).DisposeAsync();
        await client.DisposeAsync();
        _ = await Assert.ThrowsAsync<IOException>(server.ReadToEndAsync);
    }

    [Test]
    public async Task A_connection_is_let_go_when_nothing_reads_it_any_more()
    {
        MemoryPair pair = MemoryPair.Create();
        var watched = new LateReads(pair.Client);
        _connections.Add(watched);
        var server = new FramePeer(pair.Server);
        FrameClient client = Client();
        Task<FrameReply> first = CallAsync(client);
        _ = await server.ReadMessageAsync();
        await server.SendAsync(Frame.ReplyHeader(DataType.None), Frame.Encode(FrameType.Data, true, []));
        await (await first).DisposeAsync();
        // The connection is idle, and watched by a read; the call that takes it is cancelled before anything comes.
        watched.Hold();
        using var cancel = new CancellationTokenSource();
        Task<FrameReply> second = client.SendAsync("Echo", FrameBody.None, DataType.None, cancel: cancel.Token);
        _ = await server.ReadMessageAsync();
        await cancel.CancelAsync();
        _ = await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => second);
        watched.Release();
        await watched.Completed.WaitAsync(TimeSpan.FromSeconds(30), _cancel);
        await Assert.That(watched.CompletedWhileRead).IsFalse();
    }

    [Test]
    public async Task The_state_is_ready_again_as_soon_as_a_connection_is_free_although_another_could_not_be_made()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        Task<FrameReply> first = CallAsync(client);
        _ = await server.ReadMessageAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => CallAsync(client));
        await Assert.That(client.State).IsEqualTo(ConnectivityState.TransientFailure);
        await server.SendAsync(Frame.ReplyHeader(DataType.None), Frame.Encode(FrameType.Data, true, []));
        await (await first).DisposeAsync();
        await Assert.That(await client.WaitForStateChangeAsync(ConnectivityState.TransientFailure, _cancel).WaitAsync(TimeSpan.FromSeconds(30), _cancel))
            .IsEqualTo(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_timeout_that_is_none_is_refused_and_the_body_let_go()
    {
        var source = new SilentStream();
        _ = (await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => Client().SendAsync(
            "Echo", FrameBody.Octets(source), DataType.None, new CallOptions { Timeout = TimeSpan.FromSeconds(-5) }, _cancel)))!;
        await Assert.That(source.IsDisposed).IsTrue();
    }

    private FramePeer Connect()
    {
        MemoryPair pair = MemoryPair.Create();
        _connections.Add(pair.Client);
        return new FramePeer(pair.Server);
    }

    private FrameClient Client(FrameClientOptions? options = null) =>
        _client ??= new FrameClient(_connections, (options ?? new FrameClientOptions()) with { TimeProvider = _clock });

    private Task<FrameReply> CallAsync(FrameClient client, DataType accept = DataType.None) => client.SendAsync("Echo", FrameBody.None, accept, cancel: _cancel);

    /// <summary>Standard input, say: a read goes on until something comes, whatever its token says.</summary>
    private sealed class SilentStream : MemoryStream
    {
        private readonly TaskCompletionSource<int> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsDisposed { get; private set; }

        public void LetGo() => _read.SetResult(0);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(_read.Task);

        public override ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return base.DisposeAsync();
        }
    }

    /// <summary>A connection whose reads end later than they could, and which sees whether it is let go before they do.</summary>
    private sealed class LateReads : TransportConnection
    {
        private readonly TransportConnection _inner;
        private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _held;
        private int _reads;

        public LateReads(TransportConnection inner)
        {
            _inner = inner;
            Input = new Reader(this, inner.Input);
        }

        public Task Completed => _completed.Task;

        public bool CompletedWhileRead { get; private set; }

        public override PipeReader Input { get; }

        public override PipeWriter Output => _inner.Output;

        public override string Peer => _inner.Peer;

        public override bool IsAborted => _inner.IsAborted;

        public void Hold() => _held = true;

        public void Release() => _released.SetResult();

        public override void Abort() => _inner.Abort();

        public override async ValueTask DisposeAsync()
        {
            CompletedWhileRead = Volatile.Read(ref _reads) > 0;
            await _inner.DisposeAsync();
            _completed.SetResult();
        }

        private sealed class Reader(LateReads connection, PipeReader inner) : PipeReader
        {
            public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
            {
                _ = Interlocked.Increment(ref connection._reads);
                try
                {
                    ReadResult read = await inner.ReadAsync(cancellationToken);
                    if (connection._held)
                        await connection._released.Task;
                    return read;
                }
                finally
                {
                    _ = Interlocked.Decrement(ref connection._reads);
                }
            }

            public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

            public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

            public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

            public override void CancelPendingRead() => inner.CancelPendingRead();

            public override void Complete(Exception? exception = null) => inner.Complete(exception);
        }
    }
}
