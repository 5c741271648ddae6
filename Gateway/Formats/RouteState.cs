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
    /// <summary>Beside the policy, because each lookup compares it.</summary>
    public uint Id { get; } = policy.Id;

    public Route Policy => policy;

    public Backend Backend => backend;

    public string Name => policy.Name;

    public WireFormat Format => policy.Format;

    /// <summary>By the worker's own numbers of its listeners, see <see cref="ListenerLedger"/>.</summary>
    internal CallTally?[] Tallies { get; set; } = [];
}
