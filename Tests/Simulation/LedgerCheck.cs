using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Tests.Simulation;

/// <summary>The books of a gateway without callers: every call that was begun has ended once, and no call is in them that was not answered, refused or cut.</summary>
internal static class LedgerCheck
{
    public static async Task AssertBalanced(WorkerContext context)
    {
        CallTally[] tallies = [.. context.Ledger.Listeners.SelectMany(listener => TalliesOf(listener))];
        foreach (CallTally tally in tallies)
        {
            await Assert.That(EndedIn(tally)).IsEqualTo(tally.Begun);
            await Assert.That(Enumerable.Range(0, DurationHistogram.Bounded + 1).Sum(tally.Durations.CountIn)).IsEqualTo(tally.Begun);
        }
        await Assert.That(Enum.GetValues<RejectReason>().Sum(context.Ledger.Refused)).IsEqualTo(context.Loop.Counters.CallsRefused);
        await Assert.That(tallies.Sum(tally => EndedIn(tally) - EndedIn(tally, CallStatus.Cut)))
            .IsEqualTo(context.Loop.Counters.CallsAnswered + context.Loop.Counters.CallsRefused);
    }

    /// <summary>One call was made, and it ended this way.</summary>
    public static async Task AssertOne(CallTally tally, int server, CallStatus status)
    {
        await Assert.That(tally.Begun).IsEqualTo(1);
        await Assert.That(EndedIn(tally)).IsEqualTo(1);
        await Assert.That(tally.Ended(server, status)).IsEqualTo(1);
    }

    private static IEnumerable<CallTally> TalliesOf(ListenerLedger listener) =>
        Enumerable.Range(0, listener.Routes).Select(listener.At).OfType<CallTally>().Prepend(listener.Unrouted);

    public static long EndedIn(CallTally tally) => Enum.GetValues<CallStatus>().Sum(status => EndedIn(tally, status));

    public static long EndedIn(CallTally tally, CallStatus status) =>
        Enumerable.Range(CallTally.NoServer, tally.Servers + 1).Sum(server => tally.Ended(server, status));
}
