using System.Diagnostics.CodeAnalysis;

namespace FrameRpc.Protocol.Transports;

/// <summary>Which of the accepted connections make their handshakes, which wait to begin, and which are dropped to make room.</summary>
/// <remarks>
/// <para>
/// A connection begins at once while a place is free and its peer has fewer than <see cref="PeerPlacesMax"/>. Otherwise it takes the place of another, which
/// is dropped: one that is silent, which is to say that its ClientHello has not come whole, or one that was greeted more than <see cref="GreetedTime"/> ago.
/// Silent ones go before the others, then those of the peer with the most places, then the oldest. A connection only takes a place of its own peer, where it
/// leaves silent ones <see cref="SilentTime"/>, or of a peer that has more places than its own: so silent connections of one peer cost no other peer a place,
/// however many there are.
/// </para>
/// <para>
/// Where no place can be had, the handshakes in progress are all recent: the connection waits without being read. Of more than <see cref="WaitingMax"/> that
/// wait, the oldest of the peer that has the most is dropped.
/// </para>
/// </remarks>
/// <param name="clock">Tells how long ago a connection was greeted.</param>
/// <param name="dropped">Told of each that is dropped, outside of any lock.</param>
internal sealed class HandshakePlaces(TimeProvider clock, Action<Handshake> dropped) : IDisposable
{
    /// <summary>Handshakes of one peer at once, of <see cref="TlsListener.HandshakesMax"/>: half, because many callers may share one address.</summary>
    public const int PeerPlacesMax = TlsListener.HandshakesMax / 2;

    /// <summary>Connections that wait for a place. A connection that waits costs a descriptor and no buffer.</summary>
    public const int WaitingMax = 4 * TlsListener.HandshakesMax;

    /// <summary>How long a handshake keeps its place once its ClientHello was whole: several round trips of a slow line, or one packet sent again.</summary>
    public static readonly TimeSpan GreetedTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a connection may be silent before others of its own peer may have its place. Where a thousand callers behind one address connect at the same
    /// moment, those whose ClientHello is still on its way, or not read yet, would be dropped otherwise.
    /// </summary>
    public static readonly TimeSpan SilentTime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<Handshake> _placed = new(TlsListener.HandshakesMax);
    private readonly List<Handshake> _waiting = [];
    private readonly Dictionary<object, int> _places = [];
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>Gives a place, or one in the line; see <see cref="Handshake.Placed"/>.</summary>
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

    /// <summary>The ClientHello is whole: from now on it is not silent.</summary>
    public void Greet(Handshake handshake)
    {
        lock (_lock)
            handshake.GreetedAt = clock.GetTimestamp();
    }

    /// <summary>A handshake is over, or was given up. Does nothing for one that was dropped.</summary>
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

    /// <summary>Lets those begin that wait, as far as there are places for them now.</summary>
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
                    // Where a peer without any place gets none, no other does.
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

    /// <summary>How long it keeps its place against its own peer's.</summary>
    private TimeSpan TimeLeft(Handshake handshake) =>
        handshake.GreetedAt is { } greeted ? GreetedTime - clock.GetElapsedTime(greeted) : SilentTime - clock.GetElapsedTime(handshake.PlacedAt);

    /// <summary>While some wait, the next handshake whose time is over makes room for one of them.</summary>
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
