using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.WholeGateway;

public sealed class WholeGatewayTests
{
    /// <summary>Seeds above the first ones that have failed once. What a seed plays changes with the story, so that they prove less as time goes by.</summary>
    private static readonly int[] OnceFailed = [1604, 5931, 6001, 15625];

    /// <summary>One core plays 70 to 100 a second, and the whole suite has twenty minutes. <c>./test.sh --explore</c> plays more.</summary>
    private const int First = 600, Fresh = 250;

    [Test]
    public Task Whatever_happens_every_call_has_one_reply_its_own_or_a_visible_error_and_nothing_is_left() =>
        Seeds.ForEach([.. OnceFailed, .. Enumerable.Range(1, First)], seed => new GatewayStory(seed));

    [Test]
    public Task The_same_holds_for_seeds_that_were_never_played() => Seeds.ForEach(Seeds.Fresh(Fresh), seed => new GatewayStory(seed));

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public async Task One_seed_gives_the_same_events_each_time(int seed)
    {
        EventLog first = await EventsOf(seed);
        EventLog second = await EventsOf(seed);
        await Assert.That(first.Count).IsGreaterThan(100);
        await Assert.That((second.Count, second.Hash)).IsEqualTo((first.Count, first.Hash));
        await Assert.That((await EventsOf(seed + 1)).Hash).IsNotEqualTo(first.Hash);
    }

    private static async Task<EventLog> EventsOf(int seed)
    {
        var story = new GatewayStory(seed);
        await story.Play();
        return story.Events;
    }
}
