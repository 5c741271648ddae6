using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.EventLoop;

public sealed class CallerSpreadTests
{
    private readonly CallerSpread _spread = new();
    private readonly CallerLimit _limit = new(100);

    /// <summary>In every round each of two threads places one caller, and both see the same counts before.</summary>
    [Test]
    public async Task Workers_that_accept_at_the_same_time_do_not_choose_the_same_place()
    {
        const int rounds = 20_000;
        Door[] doors = [new(_spread, _limit), new(_spread, _limit)];
        var chosen = new Listener[2, rounds];
        int arrived = 0;
        void Accept(int thread)
        {
            for (int round = 0; round < rounds; round++)
            {
                Interlocked.Increment(ref arrived);
                SpinWait.SpinUntil(() => Volatile.Read(ref arrived) >= 2 * (round + 1));
                chosen[thread, round] = _spread.Place(acceptedAt: 0);
            }
        }

        var other = new Thread(() => Accept(1));
        other.Start();
        Accept(0);
        other.Join();

        await Assert.That(Enumerable.Range(0, rounds)).DoesNotContain(round => chosen[0, round] == chosen[1, round]);
        await Assert.That(chosen.Cast<Listener>().ToHashSet().SetEquals(doors.Select(door => door.Listener))).IsTrue();
    }

    [Test]
    public async Task A_caller_whom_the_chosen_worker_cannot_take_leaves_no_place_behind_and_costs_nobody_else()
    {
        var here = new Door(_spread, _limit);
        var there = new Door(_spread, _limit) { AdoptsToFail = 1 };
        here.Connect(callers: 6);
        here.Accept();
        there.Loop.Turn(waitMsMax: 0);
        await Assert.That((here.Served, there.Served)).IsEqualTo((3, 2));
        await Assert.That((there.Loop.Counters.Exceptions, there.Loop.Counters.AcceptsExhausted)).IsEqualTo((0L, 1L));

        here.Connect(callers: 1);
        here.Accept();
        there.Loop.Turn(waitMsMax: 0);

        await Assert.That((here.Served, there.Served)).IsEqualTo((3, 3));
    }

    [Test]
    public async Task A_listener_that_closes_keeps_whom_it_takes_last_because_other_workers_may_have_drained()
    {
        var here = new Door(_spread, _limit);
        var there = new Door(_spread, _limit);
        here.Connect(callers: 4);

        here.Listener.Close();
        there.Loop.Turn(waitMsMax: 0);

        await Assert.That((here.Served, there.Served)).IsEqualTo((4, 0));
    }

    [Test]
    public async Task A_limit_within_a_limit_holds_both()
    {
        var wide = new CallerLimit(3);
        var first = new CallerLimit(2, wide);
        var second = new CallerLimit(2, wide);
        await Assert.That(new[] { first, first, first, second, second }.Select(limit => limit.TryEnter())).IsSequence([true, true, false, true, false]);

        first.Leave();

        await Assert.That(new[] { second, second, first }.Select(limit => limit.TryEnter())).IsSequence([true, false, false]);
    }

    [Test]
    public async Task Callers_that_come_at_the_same_time_fill_a_limit_exactly()
    {
        const int max = 10_000;
        var limit = new CallerLimit(max, new CallerLimit(max));
        int entered = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < max; i++)
            {
                if (limit.TryEnter())
                    Interlocked.Increment(ref entered);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        await Assert.That(entered).IsEqualTo(max);
    }

    /// <summary>One worker's listener with a queue in memory.</summary>
    private sealed class Door : IListenerSocket
    {
        private readonly SimulatedNetwork _network;
        private int _waiting;

        public Door(CallerSpread spread, CallerLimit limit)
        {
            var time = new VirtualTime();
            _network = new SimulatedNetwork(time, new Random(1), NetworkConditions.Calm);
            Loop = new Loop(_network, time, new Random(1), NullLogger.Instance);
            Listener = new Listener(Loop, this, spread, limit, new ListenerCounters("smf"), (_, _) => Served++);
        }

        public Loop Loop { get; }

        public Listener Listener { get; }

        public int Served { get; private set; }

        public int AdoptsToFail { get; set; }

        public IReadyHandler? Owner { get; set; }

        public void Connect(int callers) => _waiting += callers;

        public void Accept() => Owner!.OnReady(Readiness.Readable);

        AcceptStatus IListenerSocket.Accept(out Arrival arrival)
        {
            arrival = default;
            if (_waiting == 0)
                return AcceptStatus.Empty;
            _waiting--;
            return AcceptStatus.Accepted;
        }

        ISocket? IListenerSocket.TryAdopt(Arrival arrival) => AdoptsToFail-- > 0 ? null : _network.Pair().Near;

        void IListenerSocket.Refuse(Arrival arrival)
        {
        }

        void IListenerSocket.Close()
        {
        }
    }
}
