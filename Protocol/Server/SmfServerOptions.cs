using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Protocol.Server;

/// <summary>What an <see cref="SmfServer"/> can be told.</summary>
public sealed record SmfServerOptions : ServerOptions
{
    /// <summary>
    /// Packs the replies for which that pays, unless their request was sent as <see cref="Smf.SmfCompression.Disabled"/>; by default none. Requests are unpacked
    /// in any case.
    /// </summary>
    public SmfCompressor? Compressor { get; init; }
}
