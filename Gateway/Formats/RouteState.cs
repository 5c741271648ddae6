using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Formats;

/// <summary>
/// A route as one worker serves it under one snapshot: its policy, the worker's view of its backend, and the counters of its calls. A call keeps the
/// state that it began with.
/// </summary>
internal sealed class RouteState(Route policy, Backend backend)
{
    /// <summary>Indexed by the numbers of the listeners.</summary>
    private CallTally?[] _tallies = [];

    /// <summary>Copied from the policy, because each lookup compares it.</summary>
    public uint Id { get; } = policy.Id;

    public Route Policy => policy;

    public Backend Backend => backend;

    public string Name => policy.Name;

    public WireFormat Format => policy.Format;

    /// <summary>The counters of the calls from this listener.</summary>
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
