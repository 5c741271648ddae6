using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// Checks the counters of a gateway without callers: every call that began has ended once, and every counted call was answered, refused or cut.
/// </summary>
internal static class LedgerCheck
{
    public static async Task AssertBalanced(WorkerContext context)
    {
        CallTally[] tallies = [.. context.Ledger.Listeners.SelectMany(listener => listener.Tallies)];
        foreach (CallTally tally in tallies)
        {
            await Assert.That(EndedIn(tally)).IsEqualTo(tally.Begun);
            await Assert.That(Enumerable.Range(0, DurationHistogram.Bounded + 1).Sum(tally.Durations.CountIn)).IsEqualTo(tally.Begun);
        }
        await Assert.That(Enum.GetValues<RejectReason>().Sum(context.Ledger.Rejected)).IsEqualTo(context.Loop.Counters.CallsRefused);
        await Assert.That(tallies.Sum(tally => EndedIn(tally) - EndedIn(tally, CallStatus.Cut)))
            .IsEqualTo(context.Loop.Counters.CallsAnswered + context.Loop.Counters.CallsRefused);
    }

    /// <summary>One call was made and ended this way at the server with this address; empty for none.</summary>
    public static async Task AssertOne(CallTally tally, string server, CallStatus status)
    {
        await Assert.That(tally.Begun).IsEqualTo(1);
        await Assert.That(EndedIn(tally)).IsEqualTo(1);
        await Assert.That(EndedAt(tally, server, status)).IsEqualTo(1);
    }

    public static long EndedIn(CallTally tally) => Enumerable.Range(0, tally.Statuses.Count).Sum(place => EndedIn(tally, new CallStatus((byte)place)));

    public static long EndedIn(CallTally tally, CallStatus status) => tally.Ended.Sum(server => server.With(status));

    public static long EndedAt(CallTally tally, string server, CallStatus status) => tally.Ended.Where(of => of.Address == server).Sum(of => of.With(status));
}
