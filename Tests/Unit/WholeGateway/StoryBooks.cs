using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>What a gateway has counted, held against what callers and servers of the story know, by name and over all workers.</summary>
internal sealed class StoryBooks(SimulatedGateway gateway, StorySetting setting, List<StoryCall> calls, List<StoryServer> servers, bool isFair)
{
    public void AssertBalanced()
    {
        foreach (CallTally tally in gateway.Tallies)
            AssertBalanced(tally);
        foreach (WorkerContext context in gateway.Contexts)
            AssertRejects(context);
        foreach (StoryRoute route in (StoryRoute[])[.. StorySetting.SmfRoutes, .. StorySetting.FrameRoutes])
            AssertRoute(route);
    }

    private static void AssertBalanced(CallTally tally)
    {
        long timed = Enumerable.Range(0, DurationHistogram.Bounded + 1).Sum(tally.Durations.CountIn);
        Must.Hold(tally.InFlight == 0 && timed == tally.Begun, $"{tally.Name}: {tally.Begun} calls begun, {tally.InFlight} in flight, {timed} timed");
        Must.Hold(EndedIn(tally) <= tally.Begun, $"{tally.Name}: more calls ended than began");
    }

    /// <summary>What the gateway refused it refused for a reason, and no call that it answered or refused is missing in the tallies of routes that stayed.</summary>
    private void AssertRejects(WorkerContext context)
    {
        long rejected = Enum.GetValues<RejectReason>().Sum(context.Ledger.Rejected);
        Must.Hold(rejected == context.Loop.Counters.CallsRefused, $"{rejected} calls rejected by reason, {context.Loop.Counters.CallsRefused} in all");
        long settled = context.Loop.Counters.CallsAnswered + rejected;
        long told = context.Ledger.Listeners.SelectMany(listener => listener.Tallies).Sum(tally => EndedIn(tally) - EndedIn(tally, default));
        bool nothingDropped = setting.Left.Count == 0 && setting.Unstable.Count == 0;
        Must.Hold(nothingDropped ? told == settled : told <= settled, $"{settled} calls answered or refused, {told} in the tallies");
    }

    private void AssertRoute(StoryRoute route)
    {
        CallTally[] tallies = [.. gateway.Tallies.Where(tally => tally.Name.Route == route.Name)];
        StoryCall[] made = [.. calls.Where(call => call.Route == route.Name)];
        Must.Hold(tallies.All(tally => tally.Name.Backend == route.Backend), $"calls of {route.Name} are counted for another backend");
        Must.Hold(tallies.Sum(tally => tally.Begun) <= made.Length, $"{route.Name}: {tallies.Sum(tally => tally.Begun)} calls counted, {made.Length} made");
        bool isKnown = !setting.Unstable.Contains(route.Name);
        Must.Hold(!isKnown || !isFair || tallies.Sum(tally => tally.Begun) == made.Length, $"{route.Name}: {tallies.Sum(tally => tally.Begun)} calls counted, {made.Length} made");
        foreach (StoryServer server in servers)
            AssertServer(route, tallies, made, server, mayBeDropped: !isKnown || setting.Left.Contains(server.Address));
    }

    /// <summary>The calls that this server answered, and whose callers got the answer, are under its name; and no more than it has had.</summary>
    private static void AssertServer(StoryRoute route, CallTally[] tallies, StoryCall[] made, StoryServer server, bool mayBeDropped)
    {
        long counted = tallies.Sum(tally => tally.Ended.Where(of => of.Address == server.Address.ToString()).Sum(of => of.With(OkOf(tally))));
        int answered = made.Count(call => call.IsAnswered && call.ServedAt == server.Index);
        int served = made.Count(call => call.ServedAt == server.Index);
        Must.Hold(counted >= answered || mayBeDropped, $"{route.Name}: {answered} callers have their answers from {server.Address}, {counted} are counted for it");
        Must.Hold(counted <= served, $"{route.Name}: {server.Address} has served {served} calls, {counted} are counted for it");
    }

    private static CallStatus OkOf(CallTally tally) => ReferenceEquals(tally.Statuses, SmfStatuses.List) ? SmfStatuses.Of(200) : FrameStatuses.Ok;

    private static long EndedIn(CallTally tally) => Enumerable.Range(0, tally.Statuses.Count).Sum(place => EndedIn(tally, new CallStatus((byte)place)));

    private static long EndedIn(CallTally tally, CallStatus status) => tally.Ended.Sum(server => server.With(status));
}
