using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.EventLoop;

public sealed class LoopTests : IDisposable
{
    private readonly EpollNetwork _network = new(new ResolvedAddresses());
    private readonly ListLogger _log = new();
    private readonly Loop _loop;

    public LoopTests() => _loop = new Loop(_network, TimeProvider.System, new Random(1), _log);

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task An_exception_that_escapes_a_connection_closes_that_connection_alone_and_is_logged()
    {
        (ISocket badPeer, ISocket badSocket) = _network.ConnectPair();
        (ISocket goodPeer, ISocket goodSocket) = _network.ConnectPair();
        var bad = new ScriptedConnection(_loop, badSocket, bytes => throw new InvalidOperationException("a bug"));
        var good = new ScriptedConnection(_loop, goodSocket, bytes => bytes);

        badPeer.Send("x"u8);
        goodPeer.Send("y"u8);
        _loop.Turn(waitMsMax: 0);

        await Assert.That(bad.IsClosed).IsTrue();
        await Assert.That(good.IsClosed).IsFalse();
        await Assert.That(good.Consumed).IsEqualTo(1);
        await Assert.That(_loop.Counters.Exceptions).IsEqualTo(1);
        (LogLevel level, string message, Exception? exception) = await Assert.That(_log.Messages).HasSingleItem();
        await Assert.That(level).IsEqualTo(LogLevel.Error);
        await Assert.That(message).IsEqualTo("A bug closed one ScriptedConnection; the others are not affected.");
        await Assert.That(exception?.Message).IsEqualTo("a bug");
    }

    [Test]
    public async Task An_exception_while_sending_closes_that_connection_alone()
    {
        (ISocket _, ISocket badSocket) = _network.ConnectPair();
        (ISocket goodPeer, ISocket goodSocket) = _network.ConnectPair();
        var bad = new ScriptedConnection(_loop, badSocket, bytes => bytes) { OnSent = () => throw new InvalidOperationException("a bug") };
        var good = new ScriptedConnection(_loop, goodSocket, bytes => bytes);

        bad.Write("x"u8);
        good.Write("y"u8);
        _loop.Turn(waitMsMax: 0);

        await Assert.That(bad.IsClosed).IsTrue();
        await Assert.That(goodPeer.Receive(new byte[8]).Bytes).IsEqualTo(1);
        await Assert.That(_loop.Counters.Exceptions).IsEqualTo(1);
    }

    [Test]
    public async Task An_exception_in_a_timer_closes_the_connection_it_belongs_to()
    {
        (ISocket _, ISocket socket) = _network.ConnectPair();
        var connection = new ScriptedConnection(_loop, socket, bytes => bytes);
        _loop.Timers.Arm(new CallbackTimer(connection, () => throw new InvalidOperationException("a bug")), _loop.NowMs);

        while (!connection.IsClosed)
            _loop.Turn(waitMsMax: -1);

        await Assert.That(_loop.Counters.Exceptions).IsEqualTo(1);
    }

    [Test]
    public async Task All_that_is_written_in_a_turn_arrives_in_one_piece()
    {
        (ISocket peer, ISocket socket) = _network.ConnectPair();
        var connection = new ScriptedConnection(_loop, socket, bytes => bytes);

        connection.Write("one "u8);
        connection.Write("two "u8);
        connection.Write("three"u8);
        await Assert.That(peer.Receive(new byte[64]).Status).IsEqualTo(TransferStatus.WouldBlock);
        _loop.Turn(waitMsMax: 0);

        await Assert.That(peer.Receive(new byte[64]).Bytes).IsEqualTo("one two three".Length);
    }

    [Test]
    public async Task A_connection_that_always_has_more_to_read_lets_the_others_have_their_turn()
    {
        (ISocket busyPeer, ISocket busySocket) = _network.ConnectPair();
        (ISocket otherPeer, ISocket otherSocket) = _network.ConnectPair();
        byte[] flood = new byte[64 * 1024];
        ScriptedConnection? busy = null;
        // The peer sends again whenever something was read, so this connection is readable for ever.
        busy = new ScriptedConnection(_loop, busySocket, bytes =>
        {
            busyPeer.Send(flood);
            return bytes;
        });
        var other = new ScriptedConnection(_loop, otherSocket, bytes => bytes);

        busyPeer.Send(flood);
        otherPeer.Send("y"u8);
        _loop.Turn(waitMsMax: 0);

        await Assert.That(busy.Consumed > 0).IsTrue();
        await Assert.That(other.Consumed).IsEqualTo(1);
        int before = busy.Consumed;
        _loop.Turn(waitMsMax: 0);
        await Assert.That(busy.Consumed > before).IsTrue().Because("a connection that was cut short in its turn has to go on in the next without a new edge");
    }

    [Test]
    public async Task A_letter_from_another_thread_ends_the_wait()
    {
        int opened = 0;
        var sender = new Thread(() => _loop.Post(() => opened = Environment.CurrentManagedThreadId));
        sender.Start();
        while (opened == 0)
            _loop.Turn(waitMsMax: -1);
        sender.Join();

        await Assert.That(opened).IsEqualTo(Environment.CurrentManagedThreadId);
    }

    /// <summary>A connection whose consuming is given by the test, in bytes offered and bytes taken.</summary>
    private sealed class ScriptedConnection(Loop loop, ISocket socket, Func<int, int> consume) : Connection(loop, socket, ConnectionState.Open)
    {
        public int Consumed { get; private set; }

        public Action? OnSent { get; init; }

        protected override int Consume(Span<byte> bytes)
        {
            int taken = consume(bytes.Length);
            Consumed += taken;
            return taken;
        }

        protected override void OnOutputSent() => OnSent?.Invoke();

        protected override void OnPeerEnded() => Close();

        protected override void OnClosed()
        {
        }
    }

    private sealed class ListLogger : ILogger
    {
        public List<(LogLevel Level, string Message, Exception? Exception)> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add((logLevel, formatter(state, exception), exception));
    }
}
