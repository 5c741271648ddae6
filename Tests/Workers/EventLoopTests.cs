using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FrameRpc.Tests.Workers;

public sealed class EventLoopTests : IDisposable
{
    private readonly EpollNetwork _network = new(new Dictionary<Address, SocketAddress>());
    private readonly ListLogger _log = new();
    private readonly EventLoop _loop;

    public EventLoopTests() => _loop = new EventLoop(_network, TimeProvider.System, new Random(1), _log);

    public void Dispose() => _network.Dispose();

    [Fact]
    public void An_exception_that_escapes_a_connection_closes_that_connection_alone_and_is_logged()
    {
        (ISocket badPeer, ISocket badSocket) = _network.ConnectPair();
        (ISocket goodPeer, ISocket goodSocket) = _network.ConnectPair();
        var bad = new ScriptedConnection(_loop, badSocket, bytes => throw new InvalidOperationException("a bug"));
        var good = new ScriptedConnection(_loop, goodSocket, bytes => bytes);

        badPeer.Send("x"u8);
        goodPeer.Send("y"u8);
        _loop.Turn(waitMsMax: 0);

        Assert.True(bad.IsClosed);
        Assert.False(good.IsClosed);
        Assert.Equal(1, good.Consumed);
        Assert.Equal(1, _loop.Counters.Exceptions);
        (LogLevel level, string message, Exception? exception) = Assert.Single(_log.Messages);
        Assert.Equal(LogLevel.Error, level);
        Assert.Equal("A bug closed one ScriptedConnection; the others go on.", message);
        Assert.Equal("a bug", exception?.Message);
    }

    [Fact]
    public void An_exception_while_sending_closes_that_connection_alone()
    {
        (ISocket _, ISocket badSocket) = _network.ConnectPair();
        (ISocket goodPeer, ISocket goodSocket) = _network.ConnectPair();
        var bad = new ScriptedConnection(_loop, badSocket, bytes => bytes) { OnSent = () => throw new InvalidOperationException("a bug") };
        var good = new ScriptedConnection(_loop, goodSocket, bytes => bytes);

        bad.Write("x"u8);
        good.Write("y"u8);
        _loop.Turn(waitMsMax: 0);

        Assert.True(bad.IsClosed);
        Assert.Equal(1, goodPeer.Receive(new byte[8]).Bytes);
        Assert.Equal(1, _loop.Counters.Exceptions);
    }

    [Fact]
    public void An_exception_in_a_timer_closes_the_connection_it_belongs_to()
    {
        (ISocket _, ISocket socket) = _network.ConnectPair();
        var connection = new ScriptedConnection(_loop, socket, bytes => bytes);
        _loop.Timers.Arm(new CallbackTimer(connection, () => throw new InvalidOperationException("a bug")), _loop.NowMs);

        while (!connection.IsClosed)
            _loop.Turn(waitMsMax: -1);

        Assert.Equal(1, _loop.Counters.Exceptions);
    }

    [Fact]
    public void All_that_is_written_in_a_turn_arrives_in_one_piece()
    {
        (ISocket peer, ISocket socket) = _network.ConnectPair();
        var connection = new ScriptedConnection(_loop, socket, bytes => bytes);

        connection.Write("one "u8);
        connection.Write("two "u8);
        connection.Write("three"u8);
        Assert.Equal(TransferStatus.WouldBlock, peer.Receive(new byte[64]).Status);
        _loop.Turn(waitMsMax: 0);

        Assert.Equal("one two three".Length, peer.Receive(new byte[64]).Bytes);
    }

    [Fact]
    public void A_connection_that_always_has_more_to_read_lets_the_others_have_their_turn()
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

        Assert.True(busy.Consumed > 0);
        Assert.Equal(1, other.Consumed);
        int before = busy.Consumed;
        _loop.Turn(waitMsMax: 0);
        Assert.True(busy.Consumed > before, "a connection that was cut short in its turn has to go on in the next without a new edge");
    }

    [Fact]
    public void A_letter_from_another_thread_ends_the_wait()
    {
        int opened = 0;
        var sender = new Thread(() => _loop.Mailbox.Post(() => opened = Environment.CurrentManagedThreadId));
        sender.Start();
        while (opened == 0)
            _loop.Turn(waitMsMax: -1);
        sender.Join();

        Assert.Equal(Environment.CurrentManagedThreadId, opened);
    }

    /// <summary>A connection whose consuming is given by the test, in bytes offered and bytes taken.</summary>
    private sealed class ScriptedConnection(EventLoop loop, ISocket socket, Func<int, int> consume) : Connection(loop, socket, ConnectionState.Open)
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
