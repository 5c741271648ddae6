namespace FrameRpc.Protocol.Server;

/// <summary>What a <see cref="FrameServer"/> can be told.</summary>
public sealed record FrameServerOptions : ServerOptions;
