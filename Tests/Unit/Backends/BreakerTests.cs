using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Backends;

public sealed class BreakerTests
{
    private readonly Breaker _breaker = new(new Random(1));
    private long _nowMs = 1_000_000;

    [Test]
    public async Task Five_faults_in_a_row_eject_and_a_good_reply_in_between_starts_the_count_again()
    {
        for (int i = 0; i < 4; i++)
            await Assert.That(Fault()).IsFalse();
        Success();
        for (int i = 0; i < 4; i++)
            await Assert.That(Fault()).IsFalse();
        await Assert.That(Fault()).IsTrue();
        await Assert.That(_breaker.Admits(_nowMs)).IsFalse();
        await Assert.That(_breaker.Evidence).IsEqualTo("5 faults in a row, the last one: no reply in time");
    }

    [Test]
    public async Task Half_of_twenty_calls_within_ten_seconds_eject_and_fewer_or_older_ones_do_not()
    {
        // Nine of eighteen, five of which soon are too old.
        for (int i = 0; i < 9; i++)
        {
            await Assert.That(Fault()).IsFalse();
            Success();
            _nowMs += 100;
        }
        _nowMs += 10_000;
        for (int i = 0; i < 9; i++)
        {
            await Assert.That(Fault()).IsFalse();
            Success();
        }
        Success();
        await Assert.That(Fault()).IsTrue();
        await Assert.That(_breaker.Evidence).IsEqualTo("10 of 20 calls failed within 10 s, the last one: no reply in time");
    }

    [Test]
    public async Task After_the_time_one_call_is_admitted_and_decides()
    {
        Eject();
        _nowMs += 899;
        await Assert.That(_breaker.Admits(_nowMs)).IsFalse();
        _nowMs += 202;
        await Assert.That(_breaker.Admits(_nowMs)).IsTrue();
        _breaker.BeginTrial(_nowMs);
        await Assert.That(_breaker.Admits(_nowMs)).IsFalse();
        await Assert.That(Success()).IsTrue();
        await Assert.That((_breaker.State, _breaker.Admits(_nowMs))).IsEqualTo((BreakerState.Closed, true));
    }

    [Test]
    public async Task A_first_call_that_is_never_judged_makes_room_for_another_one()
    {
        Eject();
        _nowMs += 1200;
        await Assert.That(_breaker.Admits(_nowMs)).IsTrue();
        _breaker.BeginTrial(_nowMs);
        long again = await Assert.That(_breaker.AdmitsFrom(_nowMs)).IsNotNull();
        _nowMs = again;
        await Assert.That(_breaker.Admits(_nowMs)).IsTrue();
    }

    [Test]
    public async Task Ejections_that_follow_each_other_take_twice_as_long_up_to_a_minute()
    {
        Eject();
        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            long until = await Assert.That(_breaker.AdmitsFrom(_nowMs)).IsNotNull();
            await Assert.That(until - _nowMs).IsBetween(seconds * 900, seconds * 1100);
            _nowMs = until;
            await Assert.That(_breaker.Admits(_nowMs)).IsTrue();
            await Assert.That(Fault()).IsTrue();
        }
    }

    [Test]
    public async Task A_server_that_was_well_for_long_begins_with_a_short_ejection_again()
    {
        Eject();
        _nowMs += 1200;
        _ = _breaker.Admits(_nowMs);
        Fault();
        _nowMs += 2400;
        _ = _breaker.Admits(_nowMs);
        Success();
        _nowMs += 31_000;
        Eject();
        await Assert.That(_breaker.Level).IsEqualTo(0);
    }

    [Test]
    public async Task Its_share_grows_from_a_tenth_to_all_of_it_within_the_slow_start()
    {
        Eject();
        _nowMs += 1200;
        _ = _breaker.Admits(_nowMs);
        Success();
        await Assert.That(_breaker.Warmth(_nowMs)).IsEqualTo(0.1);
        await Assert.That(_breaker.Warmth(_nowMs + 5000)).IsEqualTo(0.5);
        await Assert.That(_breaker.Warmth(_nowMs + 10_000)).IsEqualTo(1);
    }

    [Test]
    public async Task An_ejection_by_another_worker_ends_later_here_or_when_it_says_so()
    {
        _breaker.Adopt(level: 0, _nowMs);
        long until = await Assert.That(_breaker.AdmitsFrom(_nowMs)).IsNotNull();
        await Assert.That(until - _nowMs).IsBetween(1900, 2100);
        _breaker.Reset(_nowMs);
        await Assert.That(_breaker.Admits(_nowMs)).IsTrue();
    }

    [Test]
    public async Task Rules_can_be_turned_off()
    {
        _breaker.Apply(new EjectOptions { FaultsInARow = 0, FaultsPercent = 101 });
        for (int i = 0; i < 1000; i++)
            await Assert.That(Fault()).IsFalse();
    }

    private bool Fault() => _breaker.NoteFault(ServerFault.NoReply, _nowMs);

    private bool Success() => _breaker.NoteSuccess(_nowMs);

    private void Eject()
    {
        while (!Fault())
        {
        }
    }
}
