using FrameRpc.Gateway.Workers;
using FrameRpc.Tests.Simulation;
using Xunit;

namespace FrameRpc.Tests.Workers;

public sealed class SplicePoolTests
{
    private static readonly RelayPolicy Everything = new() { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 };

    private readonly WorkerCounters _counters = new();
    private readonly SimulatedNetwork _network = new(new VirtualTime(), new Random(1), NetworkConditions.Calm);

    [Theory]
    [InlineData(RelayMode.Splice, 999, false)]
    [InlineData(RelayMode.Splice, 1000, true)]
    [InlineData(RelayMode.Auto, 999, false)]
    [InlineData(RelayMode.Auto, 1000, true)]
    [InlineData(RelayMode.Copy, 1_000_000, false)]
    public void A_body_is_worth_a_pipe_from_a_length_on_and_never_where_all_is_copied(object mode, long bytes, bool isWorthIt) =>
        Assert.Equal(isWorthIt, Pool(Everything with { Mode = (RelayMode)mode, SpliceBytesMin = 1000 }).IsWorthIt(bytes, fromTcp: true, toTcp: true));

    [Theory]
    [InlineData(RelayMode.Auto, false, true, false)]
    [InlineData(RelayMode.Auto, true, false, true)]
    [InlineData(RelayMode.Auto, false, false, true)]
    [InlineData(RelayMode.Splice, false, true, true)]
    public void Auto_copies_from_a_Unix_socket_to_TCP_and_counts_it(object mode, bool fromTcp, bool toTcp, bool isWorthIt)
    {
        Assert.Equal(isWorthIt, Pool(Everything with { Mode = (RelayMode)mode }).IsWorthIt(1_000_000, fromTcp, toTcp));
        Assert.Equal(isWorthIt ? 0 : 1, _counters.CopiesChosen);
    }

    [Fact]
    public void A_pipe_that_is_empty_is_used_again()
    {
        SplicePool pool = Pool(Everything);
        Splice first = pool.Rent()!;
        Assert.Equal(1, _counters.PipesInUse);
        pool.Return(first);

        Assert.Equal(0, _counters.PipesInUse);
        Assert.Same(first, pool.Rent());
        Assert.Single(_network.Pipes);
    }

    [Fact]
    public void No_more_than_sixteen_pipes_are_kept_idle()
    {
        SplicePool pool = Pool(Everything);
        Splice[] rented = [.. Enumerable.Range(0, 20).Select(_ => pool.Rent()!)];
        Assert.Equal(20, _network.Pipes.Count);
        foreach (Splice splice in rented)
            pool.Return(splice);

        Assert.Equal(16, _network.Pipes.Count);
        Assert.Equal((0, 0), (_counters.PipesInUse, _counters.PipesDiscarded));
    }

    [Fact]
    public void No_more_pipes_are_in_use_than_the_limit_and_who_gets_none_is_counted()
    {
        SplicePool pool = Pool(Everything with { PipesMax = 2 });
        pool.Rent();
        Splice second = pool.Rent()!;

        Assert.Null(pool.Rent());
        Assert.Equal((2, 1), (_counters.PipesInUse, _counters.SplicesRefused));
        pool.Return(second);
        Assert.NotNull(pool.Rent());
        Assert.Equal(2, _network.Pipes.Count);
    }

    [Fact]
    public void A_pipe_that_still_holds_bytes_is_closed_and_never_used_again()
    {
        SplicePool pool = Pool(Everything);
        Splice dirty = pool.Rent()!;
        _network.Pipes[0].Put("of a body that was broken off"u8);
        pool.Return(dirty);

        Assert.Empty(_network.Pipes);
        Assert.Equal((0, 1), (_counters.PipesInUse, _counters.PipesDiscarded));
        Assert.Equal(0, pool.Rent()!.PipedBytes);
    }

    [Fact]
    public void When_the_kernel_gives_no_pipe_the_next_body_asks_again()
    {
        SplicePool pool = Pool(Everything);
        _network.Conditions = NetworkConditions.Calm with { PipeBytes = 0 };
        Assert.Null(pool.Rent());
        Assert.Equal((0, 1), (_counters.PipesInUse, _counters.SplicesRefused));

        _network.Conditions = NetworkConditions.Calm;
        Assert.True(pool.IsWorthIt(1, fromTcp: true, toTcp: true));
        Assert.NotNull(pool.Rent());
    }

    [Fact]
    public void Where_the_kernel_does_not_splice_nobody_asks_again()
    {
        SplicePool pool = Pool(Everything);
        pool.NoteUnsupported();

        Assert.False(pool.IsWorthIt(long.MaxValue, fromTcp: true, toTcp: true));
        Assert.Equal(1, _counters.SplicesRefused);
    }

    private SplicePool Pool(RelayPolicy policy) => new(_network, _counters, policy);
}
