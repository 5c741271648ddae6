using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfSessionNumbersTests
{
    [Test]
    public async Task One_call_at_a_time_walks_through_257_numbers_and_begins_again_with_the_first()
    {
        var numbers = new SmfSessionNumbers();
        for (int call = 0; call < 1000; call++)
        {
            ushort number = numbers.Take();
            await Assert.That((int)number).IsEqualTo(call % 257 + 1);
            await Assert.That(numbers.Taken).IsEqualTo(1);
            numbers.Free(number);
        }
        await Assert.That((numbers.Issued, numbers.Taken)).IsEqualTo((257, 0));
    }

    [Test]
    public async Task A_freed_number_rests_while_256_others_are_freed()
    {
        await Seeds.ForEach(100, async seed =>
        {
            var random = new Random(seed);
            var numbers = new SmfSessionNumbers();
            var taken = new List<ushort>();
            var freedAt = new Dictionary<ushort, int>();
            int freed = 0;
            for (int step = 0; step < 5000; step++)
            {
                if (taken.Count == 0 || random.Next(2) == 0)
                {
                    ushort number = numbers.Take();
                    await Assert.That(number).IsBetween((ushort)1, ushort.MaxValue);
                    await Assert.That(taken).DoesNotContain(number);
                    if (freedAt.TryGetValue(number, out int at))
                        await Assert.That(freed - at).IsBetween(SmfSessionNumbers.RestingMin, int.MaxValue);
                    taken.Add(number);
                }
                else
                {
                    int at = random.Next(taken.Count);
                    freedAt[taken[at]] = ++freed;
                    numbers.Free(taken[at]);
                    taken.RemoveAt(at);
                }
                await Assert.That(numbers.Taken).IsEqualTo(taken.Count);
            }
        });
    }

    [Test]
    public async Task All_65535_can_be_taken_at_once_then_the_first_freed_is_the_first_taken_again()
    {
        var numbers = new SmfSessionNumbers();
        await Assert.That(Enumerable.Range(0, 65_535).Select(_ => (int)numbers.Take())).IsSequence(Enumerable.Range(1, 65_535));
        await Assert.That(numbers.Taken).IsEqualTo(SmfSessionNumbers.Max);
        Assert.ThrowsExactly<InvalidOperationException>(() => numbers.Take());
        numbers.Free(40_000);
        numbers.Free(7);
        await Assert.That(((int, int))(numbers.Take(), numbers.Take())).IsEqualTo((40_000, 7));
    }
}
