using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.EventLoop;

public sealed class SplicePoolTests
{
    private static readonly RelayPolicy Everything = new() { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 };

    private readonly WorkerCounters _counters = new();
    private readonly SimulatedNetwork _network = new(new VirtualTime(), new Random(1), NetworkConditions.Calm);

    [Test]
    [Arguments(RelayMode.Splice, 999, false)]
    [Arguments(RelayMode.Splice, 1000, true)]
    [Arguments(RelayMode.Auto, 999, false)]
    [Arguments(RelayMode.Auto, 1000, true)]
    [Arguments(RelayMode.Copy, 1_000_000, false)]
    public async Task A_body_is_worth_a_pipe_from_a_length_on_and_never_where_all_is_copied(object mode, long bytes, bool isWorthIt) =>
        await Assert.That(Pool(Everything with { Mode = (RelayMode)mode, SpliceBytesMin = 1000 }).IsWorthIt(bytes, fromTcp: true, toTcp: true))
            .IsEqualTo(isWorthIt);

    [Test]
    [Arguments(RelayMode.Auto, false, true, false)]
    [Arguments(RelayMode.Auto, true, false, true)]
    [Arguments(RelayMode.Auto, false, false, true)]
    [Arguments(RelayMode.Splice, false, true, true)]
    public async Task Auto_copies_from_a_Unix_socket_to_TCP_and_counts_it(object mode, bool fromTcp, bool toTcp, bool isWorthIt)
    {
        await Assert.That(Pool(Everything with { Mode = (RelayMode)mode }).IsWorthIt(1_000_000, fromTcp, toTcp)).IsEqualTo(isWorthIt);
        await Assert.That(_counters.CopiesChosen).IsEqualTo(isWorthIt ? 0 : 1);
    }

    [Test]
    public async Task A_pipe_that_is_empty_is_used_again()
    {
        SplicePool pool = Pool(Everything);
        Splice first = pool.Rent()!;
        await Assert.That(_counters.PipesInUse).IsEqualTo(1);
        pool.Return(first);

        await Assert.That(_counters.PipesInUse).IsEqualTo(0);
        await Assert.That(pool.Rent()).IsSameReferenceAs(first);
        await Assert.That(_network.Pipes).HasSingleItem();
    }

    [Test]
    public async Task No_more_than_sixteen_pipes_are_kept_idle()
    {
        SplicePool pool = Pool(Everything);
        Splice[] rented = [.. Enumerable.Range(0, 20).Select(_ => pool.Rent()!)];
        await Assert.That(_network.Pipes.Count).IsEqualTo(20);
        foreach (Splice splice in rented)
            pool.Return(splice);

        await Assert.That(_network.Pipes.Count).IsEqualTo(16);
        await Assert.That((_counters.PipesInUse, _counters.PipesDiscarded)).IsEqualTo((0L, 0L));
    }

    [Test]
    public async Task No_more_pipes_are_in_use_than_the_limit_and_who_gets_none_is_counted()
    {
        SplicePool pool = Pool(Everything with { PipesMax = 2 });
        pool.Rent();
        Splice second = pool.Rent()!;

        await Assert.That(pool.Rent()).IsNull();
        await Assert.That((_counters.PipesInUse, _counters.SplicesRefused)).IsEqualTo((2L, 1L));
        pool.Return(second);
        Assert.NotNull(pool.Rent());
        await Assert.That(_network.Pipes.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_pipe_that_still_holds_bytes_is_closed_and_never_used_again()
    {
        SplicePool pool = Pool(Everything);
        Splice dirty = pool.Rent()!;
        _network.Pipes[0].Put("of a body that was broken off"u8);
        pool.Return(dirty);

        await Assert.That(_network.Pipes).IsEmpty();
        await Assert.That((_counters.PipesInUse, _counters.PipesDiscarded)).IsEqualTo((0L, 1L));
        await Assert.That(pool.Rent()!.PipedBytes).IsEqualTo(0);
    }

    [Test]
    public async Task When_the_kernel_gives_no_pipe_the_next_body_asks_again()
    {
        SplicePool pool = Pool(Everything);
        _network.Conditions = NetworkConditions.Calm with { PipeBytes = 0 };
        await Assert.That(pool.Rent()).IsNull();
        await Assert.That((_counters.PipesInUse, _counters.SplicesRefused)).IsEqualTo((0L, 1L));

        _network.Conditions = NetworkConditions.Calm;
        await Assert.That(pool.IsWorthIt(1, fromTcp: true, toTcp: true)).IsTrue();
        Assert.NotNull(pool.Rent());
    }

    [Test]
    public async Task Where_the_kernel_does_not_splice_nobody_asks_again()
    {
        SplicePool pool = Pool(Everything);
        pool.NoteUnsupported();

        await Assert.That(pool.IsWorthIt(long.MaxValue, fromTcp: true, toTcp: true)).IsFalse();
        await Assert.That(_counters.SplicesRefused).IsEqualTo(1);
    }

    private SplicePool Pool(RelayPolicy policy) => new(_network, _counters, policy);
}
