using System.Net;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Hosting.Logging;

namespace FrameRpc.Tests.Protocol.Transports;

/// <summary>Connections that say nothing keep no caller waiting. The clock stands still unless a test moves it, so that no time limit can help.</summary>
public sealed class TlsFloodTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly AddressedCallers _callers = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly LogBook _log = new();
    private readonly List<TransportConnection> _connections = [];
    private readonly TlsListener _listener;

    public TlsFloodTests() => _listener = new TlsListener(_callers, SelfSigned.Server(), new TlsListenerOptions { TimeProvider = _clock, Logger = _log });

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        foreach (TransportConnection connection in _connections)
            await connection.DisposeAsync();
        _log.Dispose();
    }

    [Test]
    [Arguments(129, 1)]
    [Arguments(129, 129)]
    [Arguments(1_000, 1)]
    [Arguments(1_000, 3)]
    [Arguments(1_000, 1_000)]
    public async Task A_handshake_is_made_at_once_behind_any_number_of_silent_connections(int silent, int addresses)
    {
        Flood(silent, addresses);
        await ConnectAsync(Address(addresses + 1));
    }

    [Test]
    public async Task A_caller_without_an_address_is_served_behind_silent_ones_without_an_address()
    {
        for (int connection = 0; connection < 1_000; connection++)
            _connections.Add(_callers.Connect(null));
        await ConnectAsync(null);
    }

    [Test]
    public async Task A_caller_behind_the_same_address_as_a_flood_waits_a_moment()
    {
        Flood(1_000, addresses: 1);
        Task connecting = ConnectAsync(Address(0));
        await MoveUntilAsync(connecting, TimeSpan.FromSeconds(5));
    }

    [Test]
    public async Task Many_callers_behind_one_address_all_get_through_and_none_is_dropped()
    {
        const int Callers = 2 * HandshakePlaces.PeerPlacesMax;
        var connector = new TlsConnector(_callers.ConnectorFrom(Address(0)), SelfSigned.Client());
        Task<TransportConnection>[] near = [.. Enumerable.Range(0, Callers).Select(_ => connector.ConnectAsync(_cancel).AsTask())];
        for (int caller = 0; caller < Callers; caller++)
            _connections.Add(await _listener.AcceptAsync(_cancel).AsTask().WaitAsync(Patience.Long, _cancel));
        _connections.AddRange(await Task.WhenAll(near));
        await Assert.That(_listener.HandshakesDropped).IsEqualTo(0);
        foreach (TransportConnection connection in _connections)
            connection.Abort();
    }

    [Test]
    public async Task A_slow_handshake_goes_on_while_silent_connections_come()
    {
        MemoryPair line = MemoryPair.Create();
        TransportConnection far = _callers.Connect(Address(2_000));
        ValueTask<TransportConnection> connecting = new TlsConnector(new Made(line.Client), SelfSigned.Client()).ConnectAsync(_cancel);
        // The ClientHello, and the answer to it: from there on it was greeted.
        await CopyOnceAsync(line.Server, far);
        await CopyOnceAsync(far, line.Server);

        Flood(1_000, addresses: 1_000);
        while (_listener.HandshakesDropped < 1_001 - TlsListener.HandshakesMax)
            await Task.Delay(1, _cancel);

        ValueTask<TransportConnection> accepting = _listener.AcceptAsync(_cancel);
        Task there = far.Input.CopyToAsync(line.Server.Output, _cancel);
        Task back = line.Server.Input.CopyToAsync(far.Output, _cancel);
        await using TransportConnection near = await connecting.AsTask().WaitAsync(Patience.Long, _cancel);
        await using TransportConnection accepted = await accepting.AsTask().WaitAsync(Patience.Long, _cancel);
        near.Abort();
        accepted.Abort();
        far.Abort();
        line.Server.Abort();
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Test]
    public async Task The_addresses_of_one_IPv6_network_share_their_places()
    {
        for (int host = 0; host < TlsListener.HandshakesMax; host++)
            _connections.Add(_callers.Connect(IPAddress.Parse($"2001:db8::{host:x}")));
        await ConnectAsync(IPAddress.Parse("2001:db8:0:1::1"));
        await Assert.That(_listener.HandshakesDropped).IsEqualTo(0);
        _clock.Advance(HandshakePlaces.SilentTime);
        await Assert.That(_listener.HandshakesDropped).IsEqualTo(TlsListener.HandshakesMax - HandshakePlaces.PeerPlacesMax);
    }

    [Test]
    public async Task What_is_dropped_is_ended_counted_and_a_warning_a_minute_tells_of_it()
    {
        Flood(TlsListener.HandshakesMax + 3, addresses: TlsListener.HandshakesMax + 3);
        await ConnectAsync(Address(5_000));
        await Assert.That(_listener.HandshakesDropped).IsEqualTo(4);
        string warning = await Assert.That(_log.Lines).HasSingleItem();
        await Assert.That(warning)
            .StartsWith("Warning 33 in memory: 1 stalled handshakes lost their places to others, the last one of 10.0.0.0;", StringComparison.Ordinal);
        _ = await Assert.ThrowsAsync<IOException>(async () => await _connections[0].Input.ReadAsync(_cancel));

        _clock.Advance(TimeSpan.FromMinutes(1));
        Flood(2 * TlsListener.HandshakesMax, addresses: 2 * TlsListener.HandshakesMax);
        await ConnectAsync(Address(5_000));
        await Assert.That(_log.Lines.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_handshake_that_is_never_finished_ends_after_its_time()
    {
        TransportConnection silent = _callers.Connect(Address(1));
        _connections.Add(silent);
        await _clock.WaitForTimersAsync(1, _cancel);
        _clock.Advance(TlsListener.HandshakeTimeout);
        _ = await Assert.ThrowsAsync<IOException>(async () => await silent.Input.ReadAsync(_cancel));
        await Assert.That(_listener.HandshakesDropped).IsEqualTo(0);
    }

    private void Flood(int silent, int addresses)
    {
        for (int connection = 0; connection < silent; connection++)
            _connections.Add(_callers.Connect(Address(connection % addresses)));
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)number]);

    /// <summary>A caller that makes its handshake, and is accepted.</summary>
    private async Task ConnectAsync(IPAddress? from)
    {
        ValueTask<TransportConnection> accepting = _listener.AcceptAsync(_cancel);
        await using TransportConnection near = await new TlsConnector(_callers.ConnectorFrom(from), SelfSigned.Client())
            .ConnectAsync(_cancel).AsTask().WaitAsync(Patience.Long, _cancel);
        await using TransportConnection far = await accepting.AsTask().WaitAsync(Patience.Long, _cancel);
        near.Abort();
        far.Abort();
    }

    /// <summary>Moves the clock in small steps, and gives the threads that it wakes their time, until something is over.</summary>
    private async Task MoveUntilAsync(Task over, TimeSpan most)
    {
        for (TimeSpan moved = TimeSpan.Zero; moved < most && !over.IsCompleted; moved += HandshakePlaces.SilentTime)
        {
            await Task.WhenAny(over, Task.Delay(50, _cancel));
            _clock.Advance(HandshakePlaces.SilentTime);
        }
        await over.WaitAsync(Patience.Long, _cancel);
    }

    private async Task CopyOnceAsync(TransportConnection from, TransportConnection to)
    {
        var read = await from.Input.ReadAsync(_cancel);
        foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            _ = await to.Output.WriteAsync(piece, _cancel);
        from.Input.AdvanceTo(read.Buffer.End);
    }

    private sealed class Made(TransportConnection connection) : IConnector
    {
        public string Address => "made";

        public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel) => new(connection);
    }
}
