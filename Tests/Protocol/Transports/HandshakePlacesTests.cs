using FrameRpc.Protocol.Transports;
using Xunit;

namespace FrameRpc.Tests.Protocol.Transports;

/// <summary>Which handshakes go on when there are more than may: decided here, without any being made.</summary>
public sealed class HandshakePlacesTests : IDisposable
{
    private const int All = TlsListener.HandshakesMax;
    private const int Share = HandshakePlaces.PeerPlacesMax;

    private readonly ManualTimeProvider _clock = new();
    private readonly List<Handshake> _dropped = [];
    private readonly HandshakePlaces _places;

    public HandshakePlacesTests() => _places = new HandshakePlaces(_clock, _dropped.Add);

    public void Dispose() => _places.Dispose();

    [Fact]
    public void Up_to_its_share_a_peer_has_places_at_once_and_beyond_it_waits()
    {
        Handshake[] own = Enter("a", Share + 1);
        Assert.All(own[..Share], IsPlaced);
        IsWaiting(own[Share]);
        IsPlaced(Enter("b"));
        Assert.Empty(_dropped);
    }

    [Fact]
    public void A_connection_that_is_over_makes_room_for_the_first_that_waits()
    {
        Handshake[] own = Enter("a", Share + 2);
        _places.Leave(own[3]);
        IsPlaced(own[Share]);
        IsWaiting(own[Share + 1]);
    }

    [Fact]
    public void Silent_ones_give_way_to_others_of_their_peer_after_a_while_the_oldest_first()
    {
        Handshake[] own = Enter("a", Share + 2);
        _clock.Advance(HandshakePlaces.SilentTime - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_dropped);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(own[..2], _dropped);
        Assert.All(own[2..], IsPlaced);
    }

    [Fact]
    public void Where_all_places_are_taken_a_newcomer_has_that_of_the_oldest_silent_one_of_the_peer_with_the_most_at_once()
    {
        Handshake alone = Enter("alone");
        Handshake[] few = Enter("few", All - 1 - Share);
        Handshake[] many = Enter("many", Share);
        Handshake newcomer = Enter("new");
        IsPlaced(newcomer);
        Assert.Equal([many[0]], _dropped);
        IsPlaced(Enter("another"));
        // Both have as many by now.
        Assert.Equal([many[0], few[0]], _dropped);
        IsPlaced(alone);
    }

    [Fact]
    public void Of_many_peers_with_one_silent_connection_each_the_oldest_gives_way()
    {
        Handshake[] flood = [.. Enumerable.Range(0, 1_000).Select(peer => Enter(peer))];
        Assert.Equal(flood[..(1_000 - All)], _dropped);
        Assert.All(flood[^All..], IsPlaced);
    }

    [Theory]
    [InlineData(129)]
    [InlineData(1_000)]
    public void Silent_connections_of_one_peer_never_cost_another_its_place(int flood)
    {
        Handshake[] others = [.. Enumerable.Range(0, All - Share).Select(peer => Enter(peer))];
        for (int wave = 0; wave < 10; wave++)
        {
            _ = Enter("flood", flood / 10 + 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.All(others, IsPlaced);
        Assert.All(_dropped, dropped => Assert.Equal("flood", dropped.Peer));
        Assert.NotEmpty(_dropped);
    }

    [Fact]
    public void A_greeted_one_keeps_its_place_for_a_while_whoever_comes()
    {
        Handshake greeted = Greeted("honest");
        foreach (int peer in Enumerable.Range(0, 1_000))
            _ = Enter(peer);
        Assert.DoesNotContain(greeted, _dropped);

        _clock.Advance(HandshakePlaces.GreetedTime);
        Handshake[] later = [.. Enumerable.Range(0, All).Select(_ => Greeted(new object()))];
        Assert.Contains(greeted, _dropped);
        Assert.All(later, IsPlaced);
    }

    [Fact]
    public void Where_all_were_greeted_just_now_a_newcomer_waits_for_the_first_whose_time_is_over()
    {
        Handshake first = Greeted(new object());
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        for (int peer = 1; peer < All; peer++)
            _ = Greeted(new object());
        Handshake newcomer = Enter("new");
        IsWaiting(newcomer);
        _clock.Advance(HandshakePlaces.GreetedTime - TimeSpan.FromMilliseconds(10));
        IsPlaced(newcomer);
        Assert.Equal([first], _dropped);
    }

    [Fact]
    public void Of_too_many_that_wait_the_oldest_of_the_peer_that_has_the_most_is_dropped()
    {
        Handshake[] flood = Enter("flood", Share + HandshakePlaces.WaitingMax - 1);
        Handshake[] few = Enter("few", Share);
        Handshake late = Enter("few");
        Assert.Empty(_dropped);
        _ = Enter("flood");
        Assert.Equal([flood[Share]], _dropped);
        Assert.True(flood[Share].Placed.IsCanceled);
        IsWaiting(late);
        Assert.All(few, IsPlaced);
    }

    [Fact]
    public void One_that_gives_up_waiting_leaves_no_place_behind_and_takes_none()
    {
        Handshake[] own = Enter("a", Share + 2);
        _places.Leave(own[Share]);
        _places.Leave(own[0]);
        IsPlaced(own[Share + 1]);
        IsWaiting(own[Share]);
        IsWaiting(Enter("a"));
    }

    [Fact]
    public void One_that_was_dropped_gives_back_no_place_when_it_ends()
    {
        Handshake[] flood = [.. Enumerable.Range(0, All + 1).Select(peer => Enter(peer))];
        Handshake dropped = Assert.Single(_dropped);
        Assert.Same(flood[0], dropped);
        _places.Leave(dropped);
        foreach (Handshake one in flood[1..])
            _places.Greet(one);
        IsWaiting(Enter("new"));
    }

    private Handshake Enter(object peer)
    {
        var handshake = new Handshake(peer, MemoryPair.Create().Server);
        _places.Enter(handshake);
        return handshake;
    }

    private Handshake[] Enter(object peer, int count) => [.. Enumerable.Range(0, count).Select(_ => Enter(peer))];

    private Handshake Greeted(object peer)
    {
        Handshake handshake = Enter(peer);
        _places.Greet(handshake);
        return handshake;
    }

    private void IsPlaced(Handshake handshake)
    {
        Assert.True(handshake.Placed.IsCompletedSuccessfully);
        Assert.DoesNotContain(handshake, _dropped);
        Assert.False(handshake.Connection.IsAborted);
    }

    private static void IsWaiting(Handshake handshake) => Assert.False(handshake.Placed.IsCompleted);
}
