namespace FrameRpc.Protocol.Server;

/// <param name="Method">For people: logs and telemetry.</param>
/// <param name="Handler">Serves it.</param>
internal sealed record SmfRoute(string Method, SmfHandler Handler);
