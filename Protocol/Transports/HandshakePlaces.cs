using System.Diagnostics.CodeAnalysis;

namespace FrameRpc.Protocol.Transports;

/// <summary>Decides which accepted connections perform their handshakes, which wait, and which are dropped to make room.</summary>
/// <remarks>
/// <para>
/// A connection begins at once while a place is free and its peer has fewer than <see cref="PeerPlacesMax"/>. Otherwise it takes the place of another, which
/// is dropped: a silent one, whose ClientHello is incomplete, or one whose ClientHello arrived more than <see cref="GreetedTime"/> ago.
/// Silent ones are dropped first, then those of the peer with the most places, then the oldest. A connection only takes a place from its own peer, after
/// <see cref="SilentTime"/> for silent ones, or from a peer with more places than its own: so silent connections of one peer cost no other peer a place,
/// however many there are.
/// </para>
/// <para>
/// If no place is available, all handshakes in progress are recent, and the connection waits without being read. If more than <see cref="WaitingMax"/>
/// wait, the oldest of the peer with the most is dropped.
/// </para>
/// </remarks>
/// <param name="clock">Measures the time since each ClientHello.</param>
/// <param name="dropped">Called for each dropped connection, without a lock.</param>
internal sealed class HandshakePlaces(TimeProvider clock, Action<Handshake> dropped) : IDisposable
{
    /// <summary>
    /// Concurrent handshakes of one peer: half of <see cref="TlsListener.HandshakesMax"/>, because many callers may share one address.
    /// </summary>
    public const int PeerPlacesMax = TlsListener.HandshakesMax / 2;

    /// <summary>Connections that wait for a place. A waiting connection costs a descriptor and no buffer.</summary>
    public const int WaitingMax = 4 * TlsListener.HandshakesMax;

    /// <summary>How long a handshake keeps its place after its ClientHello: several round trips of a slow line, or one retransmission.</summary>
    public static readonly TimeSpan GreetedTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a connection may be silent before others of its own peer may take its place. Otherwise, if a thousand callers behind one address
    /// connect at the same moment, those whose ClientHello is still under way or unread would be dropped.
    /// </summary>
    public static readonly TimeSpan SilentTime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<Handshake> _placed = new(TlsListener.HandshakesMax);
    private readonly List<Handshake> _waiting = [];
    private readonly Dictionary<object, int> _places = [];
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>Assigns a place, or a position in the queue; see <see cref="Handshake.Placed"/>.</summary>
    public void Enter(Handshake newcomer)
    {
        Handshake? victim;
        lock (_lock)
        {
            if (!TryPlace(newcomer, out victim))
            {
                _waiting.Add(newcomer);
                victim = _waiting.Count > WaitingMax ? TakeFromLine() : null;
                WatchTheOldest();
            }
        }
        Drop(victim);
    }

    /// <summary>Its ClientHello is complete: from now on it is not silent.</summary>
    public void Greet(Handshake handshake)
    {
        lock (_lock)
            handshake.GreetedAt = clock.GetTimestamp();
    }

    /// <summary>A handshake has ended or was given up. Does nothing if it was dropped.</summary>
    public void Leave(Handshake handshake)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(handshake))
                _ = Remove(handshake);
        }
        LetIn();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    /// <summary>Starts waiting handshakes while there are places for them.</summary>
    private void LetIn()
    {
        var victims = new List<Handshake>();
        lock (_lock)
        {
            var refused = new HashSet<object>();
            foreach (Handshake next in _waiting.ToArray())
            {
                if (refused.Contains(next.Peer))
                    continue;
                if (TryPlace(next, out Handshake? victim))
                {
                    _ = _waiting.Remove(next);
                    if (victim is not null)
                        victims.Add(victim);
                }
                else if (PlacesOf(next.Peer) == 0)
                {
                    // If a peer without any place gets none, no other does.
                    break;
                }
                else
                {
                    _ = refused.Add(next.Peer);
                }
            }
            WatchTheOldest();
        }
        foreach (Handshake victim in victims)
            Drop(victim);
    }

    private bool TryPlace(Handshake newcomer, out Handshake? victim)
    {
        victim = null;
        bool fits = _placed.Count < TlsListener.HandshakesMax && PlacesOf(newcomer.Peer) < PeerPlacesMax;
        if (!fits && !TryTakePlace(newcomer.Peer, out victim))
            return false;
        newcomer.PlacedAt = clock.GetTimestamp();
        _placed.Add(newcomer);
        _places[newcomer.Peer] = PlacesOf(newcomer.Peer) + 1;
        newcomer.Place();
        return true;
    }

    private bool TryTakePlace(object peer, [NotNullWhen(true)] out Handshake? victim)
    {
        int held = PlacesOf(peer);
        victim = _placed
            .Where(handshake => handshake.Peer.Equals(peer) || (held < PeerPlacesMax && PlacesOf(handshake.Peer) > held))
            .Where(handshake => (handshake.IsSilent && !handshake.Peer.Equals(peer)) || TimeLeft(handshake) <= TimeSpan.Zero)
            .MinBy(handshake => (handshake.IsSilent ? 0 : 1, -PlacesOf(handshake.Peer)));
        return victim is not null && Remove(victim);
    }

    private Handshake TakeFromLine()
    {
        Handshake oldest = _waiting.GroupBy(handshake => handshake.Peer).MaxBy(ofPeer => ofPeer.Count())!.First();
        _ = _waiting.Remove(oldest);
        return oldest;
    }

    private bool Remove(Handshake handshake)
    {
        if (!_placed.Remove(handshake))
            return false;
        int left = PlacesOf(handshake.Peer) - 1;
        if (left == 0)
            _ = _places.Remove(handshake.Peer);
        else
            _places[handshake.Peer] = left;
        return true;
    }

    private int PlacesOf(object peer) => _places.GetValueOrDefault(peer);

    /// <summary>How long it keeps its place against others of its own peer.</summary>
    private TimeSpan TimeLeft(Handshake handshake) =>
        handshake.GreetedAt is { } greeted ? GreetedTime - clock.GetElapsedTime(greeted) : SilentTime - clock.GetElapsedTime(handshake.PlacedAt);

    /// <summary>While some wait, the next handshake whose time runs out makes room for one of them.</summary>
    private void WatchTheOldest()
    {
        if (_waiting.Count == 0 || _disposed)
            return;
        TimeSpan next = _placed.Select(TimeLeft).Where(left => left > TimeSpan.Zero).DefaultIfEmpty(SilentTime).Min();
        _timer ??= clock.CreateTimer(static places => ((HandshakePlaces)places!).LetIn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    private void Drop(Handshake? victim)
    {
        if (victim is null)
            return;
        victim.Drop();
        dropped(victim);
    }
}
