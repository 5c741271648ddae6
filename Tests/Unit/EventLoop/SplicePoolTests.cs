using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
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
        await Assert.That(Pool(Everything with { Mode = (RelayMode)mode, SpliceBytesMin = 1000 }).ShouldSplice(bytes, Tcp, Tcp))
            .IsEqualTo(isWorthIt);

    [Test]
    [Arguments(RelayMode.Auto, SocketKind.Unix, SocketKind.Tcp, false)]
    [Arguments(RelayMode.Auto, SocketKind.Tcp, SocketKind.Unix, true)]
    [Arguments(RelayMode.Auto, SocketKind.Unix, SocketKind.Unix, true)]
    [Arguments(RelayMode.Splice, SocketKind.Unix, SocketKind.Tcp, true)]
    public async Task Auto_copies_from_a_Unix_socket_to_TCP_and_counts_it(object mode, object source, object sink, bool isWorthIt)
    {
        SplicePool pool = Pool(Everything with { Mode = (RelayMode)mode });
        await Assert.That(pool.ShouldSplice(1_000_000, Socket((SocketKind)source), Socket((SocketKind)sink))).IsEqualTo(isWorthIt);
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
        await Assert.That(pool.ShouldSplice(1, Tcp, Tcp)).IsTrue();
        Assert.NotNull(pool.Rent());
    }

    [Test]
    public async Task A_source_that_the_kernel_refuses_ends_splicing_from_its_kind_alone()
    {
        SplicePool pool = Pool(Everything);
        pool.NoteSourceRefused(SocketKind.Unix);

        await Assert.That(pool.ShouldSplice(long.MaxValue, Unix, Tcp)).IsFalse();
        await Assert.That(pool.ShouldSplice(long.MaxValue, Unix, Unix)).IsFalse();
        await Assert.That(pool.ShouldSplice(long.MaxValue, Tcp, Tcp)).IsTrue();
        await Assert.That(pool.ShouldSplice(long.MaxValue, Tcp, Unix)).IsTrue();
    }

    [Test]
    public async Task A_sink_that_the_kernel_refuses_ends_splicing_into_its_kind_alone()
    {
        SplicePool pool = Pool(Everything);
        pool.NoteSinkRefused(SocketKind.Unix);

        await Assert.That(pool.ShouldSplice(long.MaxValue, Tcp, Unix)).IsFalse();
        await Assert.That(pool.ShouldSplice(long.MaxValue, Unix, Unix)).IsFalse();
        await Assert.That(pool.ShouldSplice(long.MaxValue, Tcp, Tcp)).IsTrue();
        await Assert.That(pool.ShouldSplice(long.MaxValue, Unix, Tcp)).IsTrue();
    }

    [Test]
    public async Task Each_piece_that_is_copied_because_of_a_refusal_is_counted()
    {
        SplicePool pool = Pool(Everything with { SpliceBytesMin = 1000 });
        pool.NoteSourceRefused(SocketKind.Tcp);
        pool.ShouldSplice(1000, Tcp, Tcp);
        pool.ShouldSplice(1000, Tcp, Tcp);
        pool.ShouldSplice(999, Tcp, Tcp);
        await Assert.That((_counters.SplicesRefused, _counters.CopiesChosen)).IsEqualTo((3L, 0L));
    }

    /// <summary>Bytes of such a socket are not the stream's own: a pipe would carry what the peer encrypted.</summary>
    [Test]
    [Arguments(false, true)]
    [Arguments(true, false)]
    public async Task A_socket_that_cannot_be_spliced_is_copied_in_every_mode_and_counts_neither_as_refused_nor_as_chosen(bool sourceCan, bool sinkCan)
    {
        foreach (RelayMode mode in new[] { RelayMode.Auto, RelayMode.Splice })
        {
            SplicePool pool = Pool(Everything with { Mode = mode });
            await Assert.That(pool.ShouldSplice(long.MaxValue, Socket(SocketKind.Tcp, sourceCan), Socket(SocketKind.Tcp, sinkCan))).IsFalse();
            await Assert.That(pool.ShouldSplice(long.MaxValue, Tcp, Tcp)).IsTrue();
        }
        await Assert.That((_counters.SplicesRefused, _counters.CopiesChosen)).IsEqualTo((0L, 0L));
    }

    private SimulatedSocket Tcp => Socket(SocketKind.Tcp);

    private SimulatedSocket Unix => Socket(SocketKind.Unix);

    private SimulatedSocket Socket(SocketKind kind, bool canSplice = true)
    {
        _network.Conditions = _network.Conditions with { Kind = kind, CanSplice = canSplice };
        return _network.Pair().Near;
    }

    private SplicePool Pool(RelayPolicy policy) => new(_network, _counters, policy);
}
