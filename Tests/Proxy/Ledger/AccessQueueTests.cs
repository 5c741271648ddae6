using FrameRpc.Gateway.Proxy.Ledger;
using Xunit;

namespace FrameRpc.Tests.Proxy.Ledger;

public sealed class AccessQueueTests
{
    private static readonly CallTally Tally = new(listener: 0, route: null, servers: 0, access: null);

    [Fact]
    public void What_was_added_is_taken_in_order_however_often_the_queue_goes_round()
    {
        var queue = new AccessQueue(linesMax: 16, oneIn: 1);
        long taken = 0;
        for (long number = 0; number < 100; number++)
        {
            queue.Add(Record(number));
            if (number % 3 == 0)
                continue;
            Assert.True(queue.TryTake(out AccessRecord record));
            Assert.Equal(taken++, record.TookUs);
            if (queue.TryTake(out record))
                Assert.Equal(taken++, record.TookUs);
        }
        Assert.Equal(0, queue.Dropped);
    }

    [Fact]
    public void A_full_queue_drops_the_newest_and_counts_them()
    {
        var queue = new AccessQueue(linesMax: 16, oneIn: 1);
        for (long number = 0; number < 20; number++)
            queue.Add(Record(number));
        Assert.Equal(4, queue.Dropped);
        for (long number = 0; number < 16; number++)
        {
            Assert.True(queue.TryTake(out AccessRecord record));
            Assert.Equal(number, record.TookUs);
        }
        Assert.False(queue.TryTake(out _));
        queue.Add(Record(99));
        Assert.True(queue.TryTake(out AccessRecord later));
        Assert.Equal(99, later.TookUs);
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(10, 100)]
    [InlineData(999, 2)]
    public void Of_so_many_calls_one_is_told_the_first_among_them(int oneIn, int told)
    {
        var queue = new AccessQueue(linesMax: 16, oneIn);
        Assert.True(queue.IsNext());
        Assert.Equal(told - 1, Enumerable.Range(0, 999).Count(_ => queue.IsNext()));
    }

    [Fact]
    public void One_thread_adds_and_another_takes_without_losing_or_tearing_any()
    {
        const long Records = 200_000;
        var queue = new AccessQueue(linesMax: 64, oneIn: 1);
        var adder = new Thread(() =>
        {
            for (long number = 0; number < Records; number++)
                queue.Add(Record(number));
        });
        adder.Start();
        long taken = 0, last = -1;
        do
        {
            while (queue.TryTake(out AccessRecord record))
            {
                Assert.True(record.TookUs > last, "taken twice, or out of order");
                Assert.Equal(record.TookUs, record.RequestBytes);
                Assert.Equal(record.TookUs, record.ReplyBytes);
                last = record.TookUs;
                taken++;
            }
        }
        while (!adder.Join(0) || last != Records - 1 && taken + queue.Dropped != Records);
        Assert.Equal(Records, taken + queue.Dropped);
    }

    private static AccessRecord Record(long number) => new()
    {
        Ended = DateTimeOffset.UnixEpoch,
        Tally = Tally,
        Server = CallTally.NoServer,
        Status = CallStatus.Smf200,
        TookUs = number,
        RequestBytes = number,
        ReplyBytes = number,
        UnknownId = 0,
        Caller = "",
    };
}
