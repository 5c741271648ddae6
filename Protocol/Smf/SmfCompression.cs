namespace FrameRpc.Protocol.Smf;

/// <summary>How an smf payload is packed: byte 0 of the header.</summary>
/// <remarks>The checksum covers the payload as sent, so what only passes a payload on never unpacks it.</remarks>
public enum SmfCompression : byte
{
    /// <summary>Plain; a filter on the way may compress it.</summary>
    None = 0,

    /// <summary>Plain, and filters leave it so.</summary>
    Disabled = 1,

    /// <summary>One zstd frame.</summary>
    Zstd = 2,

    /// <summary>The original length in 4 bytes, little endian, then one lz4 block.</summary>
    Lz4 = 3,
}
