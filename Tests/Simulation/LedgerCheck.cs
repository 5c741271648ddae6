using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Proxy;
using FrameRpc.Gateway.Proxy.Ledger;
using Xunit;

namespace FrameRpc.Tests.Simulation;

/// <summary>The books of a gateway without callers: every call that was begun has ended once, and no call is in them that was not answered, refused or cut.</summary>
internal static class LedgerCheck
{
    public static void AssertBalanced(Dispatcher dispatcher)
    {
        CallTally[] tallies = [.. dispatcher.Ledger.Listeners.SelectMany(listener => TalliesOf(listener))];
        foreach (CallTally tally in tallies)
        {
            Assert.Equal(tally.Begun, EndedIn(tally));
            Assert.Equal(tally.Begun, Enumerable.Range(0, DurationHistogram.Bounded + 1).Sum(tally.Durations.CountIn));
        }
        Assert.Equal(dispatcher.Loop.Counters.CallsRefused, Enum.GetValues<Refusal>().Sum(dispatcher.Ledger.Refused));
        Assert.Equal(
            dispatcher.Loop.Counters.CallsAnswered + dispatcher.Loop.Counters.CallsRefused,
            tallies.Sum(tally => EndedIn(tally) - EndedIn(tally, CallStatus.Cut)));
    }

    /// <summary>One call was made, and it ended this way.</summary>
    public static void AssertOne(CallTally tally, int server, CallStatus status)
    {
        Assert.Equal(1, tally.Begun);
        Assert.Equal(1, EndedIn(tally));
        Assert.Equal(1, tally.Ended(server, status));
    }

    private static IEnumerable<CallTally> TalliesOf(ListenerLedger listener) =>
        Enumerable.Range(0, listener.Routes).Select(listener.At).OfType<CallTally>().Prepend(listener.Unrouted);

    public static long EndedIn(CallTally tally) => Enum.GetValues<CallStatus>().Sum(status => EndedIn(tally, status));

    public static long EndedIn(CallTally tally, CallStatus status) =>
        Enumerable.Range(CallTally.NoServer, tally.Servers + 1).Sum(server => tally.Ended(server, status));
}
