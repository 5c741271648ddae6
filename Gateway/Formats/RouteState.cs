using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Formats;

/// <summary>
/// A route as one worker serves it under one snapshot: its policy, the worker's view of its backend, and where its calls are
/// counted. A call keeps the one it began with.
/// </summary>
internal sealed class RouteState(Route policy, Backend backend)
{
    /// <summary>By the numbers of the listeners.</summary>
    private CallTally?[] _tallies = [];

    /// <summary>Beside the policy, because each lookup compares it.</summary>
    public uint Id { get; } = policy.Id;

    public Route Policy => policy;

    public Backend Backend => backend;

    public string Name => policy.Name;

    public WireFormat Format => policy.Format;

    /// <summary>Where the calls that came in by this listener are counted.</summary>
    public CallTally TallyIn(ListenerLedger listener)
    {
        CallTally?[] tallies = _tallies;
        return listener.Number < tallies.Length && tallies[listener.Number] is { } tally ? tally : OpenTally(listener);
    }

    private CallTally OpenTally(ListenerLedger listener)
    {
        if (listener.Number >= _tallies.Length)
            Array.Resize(ref _tallies, listener.Number + 1);
        return _tallies[listener.Number] = listener.Open(Name, Backend.Name);
    }
}
