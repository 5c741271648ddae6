namespace FrameRpc.Protocol.Smf;

/// <summary>The compression of an smf payload: byte 0 of the header.</summary>
/// <remarks>The checksum covers the payload as sent, so forwarding needs no decompression.</remarks>
public enum SmfCompression : byte
{
    /// <summary>Uncompressed; a filter on the way may compress it.</summary>
    None = 0,

    /// <summary>Uncompressed, and filters must not compress it.</summary>
    Disabled = 1,

    /// <summary>One zstd frame.</summary>
    Zstd = 2,

    /// <summary>The original length in 4 bytes, little endian, then one lz4 block.</summary>
    Lz4 = 3,
}
