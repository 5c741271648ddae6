using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Protocol.Client;

/// <summary>What an <see cref="SmfClient"/> can be told.</summary>
public sealed record SmfClientOptions : ClientOptions
{
    /// <summary>
    /// Bytes of requests in flight, and of large replies while they come, on all the client's connections. Further calls wait, in order. At least
    /// <see cref="ClientOptions.MessageBytesMax"/>.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 128 << 20;

    /// <summary>Packs the requests for which that pays; by default none. Replies are unpacked in any case.</summary>
    public SmfCompressor? Compressor { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytesMax, MessageBytesMax);
    }
}
