namespace FrameRpc.Protocol.Telemetry;

/// <summary>Where to listen for what the channels measure.</summary>
public static class RpcTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/> and of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string Name = "FrameRpc.Protocol";
}
