using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Smf;

namespace FrameRpc.Tests.Formats.Ledger;

public sealed class AccessQueueTests
{
    private static readonly CallTally Tally = new(new TallyName("smf", null, null), SmfStatuses.List, access: null);

    [Test]
    public async Task What_was_added_is_taken_in_order_however_often_the_queue_goes_round()
    {
        var queue = new AccessQueue(linesMax: 16, oneIn: 1);
        long taken = 0;
        for (long number = 0; number < 100; number++)
        {
            queue.Add(Record(number));
            if (number % 3 == 0)
                continue;
            await Assert.That(queue.TryTake(out AccessRecord record)).IsTrue();
            await Assert.That(record.TookUs).IsEqualTo(taken++);
            if (queue.TryTake(out record))
                await Assert.That(record.TookUs).IsEqualTo(taken++);
        }
        await Assert.That(queue.Dropped).IsEqualTo(0);
    }

    [Test]
    public async Task A_full_queue_drops_the_newest_and_counts_them()
    {
        var queue = new AccessQueue(linesMax: 16, oneIn: 1);
        for (long number = 0; number < 20; number++)
            queue.Add(Record(number));
        await Assert.That(queue.Dropped).IsEqualTo(4);
        for (long number = 0; number < 16; number++)
        {
            await Assert.That(queue.TryTake(out AccessRecord record)).IsTrue();
            await Assert.That(record.TookUs).IsEqualTo(number);
        }
        await Assert.That(queue.TryTake(out _)).IsFalse();
        queue.Add(Record(99));
        await Assert.That(queue.TryTake(out AccessRecord later)).IsTrue();
        await Assert.That(later.TookUs).IsEqualTo(99);
    }

    [Test]
    [Arguments(1, 1000)]
    [Arguments(10, 100)]
    [Arguments(999, 2)]
    public async Task Of_so_many_calls_one_is_told_the_first_among_them(int oneIn, int told)
    {
        var queue = new AccessQueue(linesMax: 16, oneIn);
        await Assert.That(queue.IsNext()).IsTrue();
        await Assert.That(Enumerable.Range(0, 999).Count(_ => queue.IsNext())).IsEqualTo(told - 1);
    }

    [Test]
    public async Task One_thread_adds_and_another_takes_without_losing_or_tearing_any()
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
                await Assert.That(record.TookUs > last).IsTrue().Because("taken twice, or out of order");
                await Assert.That(record.RequestBytes).IsEqualTo(record.TookUs);
                await Assert.That(record.ReplyBytes).IsEqualTo(record.TookUs);
                last = record.TookUs;
                taken++;
            }
        }
        while (!adder.Join(0) || last != Records - 1 && taken + queue.Dropped != Records);
        await Assert.That(taken + queue.Dropped).IsEqualTo(Records);
    }

    private static AccessRecord Record(long number) => new()
    {
        Ended = DateTimeOffset.UnixEpoch,
        Tally = Tally,
        Server = null,
        Status = SmfStatuses.Of(200),
        TookUs = number,
        RequestBytes = number,
        ReplyBytes = number,
        UnknownId = 0,
        Caller = "",
    };
}
