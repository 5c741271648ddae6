using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>What is known of a call that failed.</summary>
/// <param name="Format">What it was made in.</param>
/// <param name="Settings">What it was told.</param>
/// <param name="Tap">What passed.</param>
/// <param name="Streams">Whether its limit was one for standing still.</param>
internal sealed record CallCircumstances(WireFormat Format, CallSettings Settings, WireTap Tap, bool Streams);
