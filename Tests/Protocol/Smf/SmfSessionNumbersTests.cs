using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfSessionNumbersTests
{
    [Fact]
    public void One_call_at_a_time_walks_through_257_numbers_and_begins_again_with_the_first()
    {
        var numbers = new SmfSessionNumbers();
        for (int call = 0; call < 1000; call++)
        {
            ushort number = numbers.Take();
            Assert.Equal(call % 257 + 1, number);
            Assert.Equal(1, numbers.Taken);
            numbers.Free(number);
        }
        Assert.Equal((257, 0), (numbers.Issued, numbers.Taken));
    }

    [Fact]
    public void A_freed_number_rests_while_256_others_are_freed()
    {
        Seeds.ForEach(100, seed =>
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
                    Assert.InRange(number, (ushort)1, ushort.MaxValue);
                    Assert.DoesNotContain(number, taken);
                    if (freedAt.TryGetValue(number, out int at))
                        Assert.InRange(freed - at, SmfSessionNumbers.RestingMin, int.MaxValue);
                    taken.Add(number);
                }
                else
                {
                    int at = random.Next(taken.Count);
                    freedAt[taken[at]] = ++freed;
                    numbers.Free(taken[at]);
                    taken.RemoveAt(at);
                }
                Assert.Equal(taken.Count, numbers.Taken);
            }
        });
    }

    [Fact]
    public void All_65535_can_be_taken_at_once_then_the_first_freed_is_the_first_taken_again()
    {
        var numbers = new SmfSessionNumbers();
        Assert.Equal(Enumerable.Range(1, 65_535), Enumerable.Range(0, 65_535).Select(_ => (int)numbers.Take()));
        Assert.Equal(SmfSessionNumbers.Max, numbers.Taken);
        Assert.Throws<InvalidOperationException>(() => numbers.Take());
        numbers.Free(40_000);
        numbers.Free(7);
        Assert.Equal((40_000, 7), (numbers.Take(), numbers.Take()));
    }
}
