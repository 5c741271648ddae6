using FrameRpc.Protocol.Transports;

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

    [Test]
    public async Task Up_to_its_share_a_peer_has_places_at_once_and_beyond_it_waits()
    {
        Handshake[] own = Enter("a", Share + 1);
        foreach (Handshake handshake in own[..Share])
            await IsPlaced(handshake);
        await IsWaiting(own[Share]);
        await IsPlaced(Enter("b"));
        await Assert.That(_dropped).IsEmpty();
    }

    [Test]
    public async Task A_connection_that_is_over_makes_room_for_the_first_that_waits()
    {
        Handshake[] own = Enter("a", Share + 2);
        _places.Leave(own[3]);
        await IsPlaced(own[Share]);
        await IsWaiting(own[Share + 1]);
    }

    [Test]
    public async Task Silent_ones_give_way_to_others_of_their_peer_after_a_while_the_oldest_first()
    {
        Handshake[] own = Enter("a", Share + 2);
        _clock.Advance(HandshakePlaces.SilentTime - TimeSpan.FromMilliseconds(1));
        await Assert.That(_dropped).IsEmpty();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.That(_dropped).IsSequence(own[..2]);
        foreach (Handshake handshake in own[2..])
            await IsPlaced(handshake);
    }

    [Test]
    public async Task Where_all_places_are_taken_a_newcomer_has_that_of_the_oldest_silent_one_of_the_peer_with_the_most_at_once()
    {
        Handshake alone = Enter("alone");
        Handshake[] few = Enter("few", All - 1 - Share);
        Handshake[] many = Enter("many", Share);
        Handshake newcomer = Enter("new");
        await IsPlaced(newcomer);
        await Assert.That(_dropped).IsSequence([many[0]]);
        await IsPlaced(Enter("another"));
        // Both have as many by now.
        await Assert.That(_dropped).IsSequence([many[0], few[0]]);
        await IsPlaced(alone);
    }

    [Test]
    public async Task Of_many_peers_with_one_silent_connection_each_the_oldest_gives_way()
    {
        Handshake[] flood = [.. Enumerable.Range(0, 1_000).Select(peer => Enter(peer))];
        await Assert.That(_dropped).IsSequence(flood[..(1_000 - All)]);
        foreach (Handshake handshake in flood[^All..])
            await IsPlaced(handshake);
    }

    [Test]
    [Arguments(129)]
    [Arguments(1_000)]
    public async Task Silent_connections_of_one_peer_never_cost_another_its_place(int flood)
    {
        Handshake[] others = [.. Enumerable.Range(0, All - Share).Select(peer => Enter(peer))];
        for (int wave = 0; wave < 10; wave++)
        {
            _ = Enter("flood", flood / 10 + 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        foreach (Handshake handshake in others)
            await IsPlaced(handshake);
        foreach (Handshake dropped in _dropped)
            await Assert.That(dropped.Peer).IsEqualTo("flood");
        await Assert.That(_dropped).IsNotEmpty();
    }

    [Test]
    public async Task A_greeted_one_keeps_its_place_for_a_while_whoever_comes()
    {
        Handshake greeted = Greeted("honest");
        foreach (int peer in Enumerable.Range(0, 1_000))
            _ = Enter(peer);
        await Assert.That(_dropped).DoesNotContain(greeted);

        _clock.Advance(HandshakePlaces.GreetedTime);
        Handshake[] later = [.. Enumerable.Range(0, All).Select(_ => Greeted(new object()))];
        await Assert.That(_dropped).Contains(greeted);
        foreach (Handshake handshake in later)
            await IsPlaced(handshake);
    }

    [Test]
    public async Task Where_all_were_greeted_just_now_a_newcomer_waits_for_the_first_whose_time_is_over()
    {
        Handshake first = Greeted(new object());
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        for (int peer = 1; peer < All; peer++)
            _ = Greeted(new object());
        Handshake newcomer = Enter("new");
        await IsWaiting(newcomer);
        _clock.Advance(HandshakePlaces.GreetedTime - TimeSpan.FromMilliseconds(10));
        await IsPlaced(newcomer);
        await Assert.That(_dropped).IsSequence([first]);
    }

    [Test]
    public async Task Of_too_many_that_wait_the_oldest_of_the_peer_that_has_the_most_is_dropped()
    {
        Handshake[] flood = Enter("flood", Share + HandshakePlaces.WaitingMax - 1);
        Handshake[] few = Enter("few", Share);
        Handshake late = Enter("few");
        await Assert.That(_dropped).IsEmpty();
        _ = Enter("flood");
        await Assert.That(_dropped).IsSequence([flood[Share]]);
        await Assert.That(flood[Share].Placed.IsCanceled).IsTrue();
        await IsWaiting(late);
        foreach (Handshake handshake in few)
            await IsPlaced(handshake);
    }

    [Test]
    public async Task One_that_gives_up_waiting_leaves_no_place_behind_and_takes_none()
    {
        Handshake[] own = Enter("a", Share + 2);
        _places.Leave(own[Share]);
        _places.Leave(own[0]);
        await IsPlaced(own[Share + 1]);
        await IsWaiting(own[Share]);
        await IsWaiting(Enter("a"));
    }

    [Test]
    public async Task One_that_was_dropped_gives_back_no_place_when_it_ends()
    {
        Handshake[] flood = [.. Enumerable.Range(0, All + 1).Select(peer => Enter(peer))];
        Handshake dropped = await Assert.That(_dropped).HasSingleItem();
        await Assert.That(dropped).IsSameReferenceAs(flood[0]);
        _places.Leave(dropped);
        foreach (Handshake one in flood[1..])
            _places.Greet(one);
        await IsWaiting(Enter("new"));
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

    private async Task IsPlaced(Handshake handshake)
    {
        await Assert.That(handshake.Placed.IsCompletedSuccessfully).IsTrue();
        await Assert.That(_dropped).DoesNotContain(handshake);
        await Assert.That(handshake.Connection.IsAborted).IsFalse();
    }

    private static async Task IsWaiting(Handshake handshake) => await Assert.That(handshake.Placed.IsCompleted).IsFalse();
}
