using System.Buffers;
using System.Threading.Channels;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Transports;

/// <summary>What TLS adds to a transport must not take anything from it: callers wait, accepting goes on, ends come.</summary>
public sealed class TlsTests
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;

    [Test]
    public async Task Accepting_goes_on_after_it_failed_once_and_each_failure_is_heard_once()
    {
        var inner = new InProcessTransport();
        await using var listener = new TlsListener(new FailingFirst(inner, failures: 2), SelfSigned.Server());
        for (int failure = 0; failure < 2; failure++)
            await Assert.That((await Assert.ThrowsExactlyAsync<IOException>(async () => await listener.AcceptAsync(_cancel)))!.Message)
                .IsEqualTo("too many open files");
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(_cancel);
        await using TransportConnection near = await new TlsConnector(inner, SelfSigned.Client()).ConnectAsync(_cancel);
        await using TransportConnection far = await accepting.AsTask().WaitAsync(TimeSpan.FromSeconds(30), _cancel);
    }

    [Test]
    public async Task Callers_whom_nobody_accepts_yet_wait()
    {
        const int More = 2;
        var inner = new InProcessTransport();
        await using var listener = new TlsListener(inner, SelfSigned.Server());
        var connector = new TlsConnector(inner, SelfSigned.Client());
        var near = new List<TransportConnection>();
        for (int caller = 0; caller < TlsListener.HandshakesMax; caller++)
            near.Add(await connector.ConnectAsync(_cancel));
        Task<TransportConnection>[] more = [.. Enumerable.Range(0, More).Select(_ => connector.ConnectAsync(_cancel).AsTask())];
        for (int caller = 0; caller < TlsListener.HandshakesMax + More; caller++)
            await (await listener.AcceptAsync(_cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), _cancel)).DisposeAsync();
        near.AddRange(await Task.WhenAll(more));
        foreach (TransportConnection connection in near)
            await connection.DisposeAsync();
    }

    [Test]
    public async Task A_connection_whose_other_side_does_not_read_can_be_ended()
    {
        var inner = new OnePair();
        await using var listener = new TlsListener(inner, SelfSigned.Server());
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(_cancel);
        TransportConnection near = await new TlsConnector(inner, SelfSigned.Client()).ConnectAsync(_cancel);
        TransportConnection far = await accepting;
        // The goodbye leaves behind what fills the connection.
        inner.Pair.Client.Output.Write(new byte[MemoryPair.BufferBytesMax]);
        await near.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), _cancel);
        await far.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), _cancel);
    }

    private sealed class FailingFirst(IListener inner, int failures) : IListener
    {
        private int _left = failures;

        public string Address => inner.Address;

        public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) =>
            _left-- > 0 ? ValueTask.FromException<TransportConnection>(new IOException("too many open files")) : inner.AcceptAsync(cancel);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class OnePair : IConnector, IListener
    {
        private readonly Channel<TransportConnection> _accepted = Channel.CreateUnbounded<TransportConnection>();

        public MemoryPair Pair { get; } = MemoryPair.Create();

        public string Address => "pair";

        public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
        {
            Must.Hold(_accepted.Writer.TryWrite(Pair.Server));
            return new(Pair.Client);
        }

        public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) => _accepted.Reader.ReadAsync(cancel);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
