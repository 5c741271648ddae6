using System.Buffers.Binary;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>An lz4 payload: bytes 0 to 3 are the original length, little endian, followed by one lz4 block up to the end.</summary>
/// <remarks>Source: smf's <c>compression.cc</c>, and lz4's <c>lz4_Block_format.md</c>.</remarks>
internal static class Lz4Payload
{
    /// <summary>Bytes of the original length.</summary>
    public const int PrefixBytes = 4;

    // A byte of a block represents at most 255 bytes of content, in a long length.
    private const uint ContentBytesPerByteMax = 255;

    public static bool TryWrite(ReadOnlySpan<byte> plain, Span<byte> destination, int level, out int written)
    {
        written = 0;
        if (destination.Length <= PrefixBytes || !Lz4Library.Instance.TryCompress(plain, destination[PrefixBytes..], level, out int blockBytes))
            return false;
        BinaryPrimitives.WriteInt32LittleEndian(destination, plain.Length);
        written = PrefixBytes + blockBytes;
        return true;
    }

    /// <summary>The most that <see cref="Read"/> allocates, as far as the first bytes of the payload tell.</summary>
    public static SmfUnpackRoom RoomFor(ReadOnlySpan<byte> prefix, int bytesMax) =>
        prefix.Length >= PrefixBytes && BinaryPrimitives.ReadUInt32LittleEndian(prefix) is var announced && announced <= (uint)bytesMax
            ? new SmfUnpackRoom((int)announced, (int)announced)
            : default;

    /// <summary>
    /// Allocates memory for the original only after its announced length is within the limit and possible for a block of this size.
    /// </summary>
    public static SmfDecompressionProblem? Read(ReadOnlySpan<byte> payload, int bytesMax, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        if (payload.Length <= PrefixBytes)
            return Malformed(payload, "is too short for the original's length and a block");

        uint announced = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        ReadOnlySpan<byte> block = payload[PrefixBytes..];
        if (announced > (uint)bytesMax)
            return SmfDecompressionProblem.TooLarge($"lz4 payload announces {announced} bytes", bytesMax);
        if (announced > (ulong)block.Length * ContentBytesPerByteMax)
            return Malformed(payload, $"announces {announced} bytes, more than its block can hold");

        byte[] original = GC.AllocateUninitializedArray<byte>((int)announced);
        if (!Lz4Library.Instance.TryDecompress(block, original, out int written))
            return Malformed(payload, $"has a broken block, or one of more than the {announced} bytes it announces");
        if (written != original.Length)
            return Malformed(payload, $"announces {announced} bytes, but its block holds {written}");
        plain = original;
        return null;
    }

    private static SmfDecompressionProblem Malformed(ReadOnlySpan<byte> payload, string what) =>
        SmfDecompressionProblem.Malformed($"lz4 payload of {payload.Length} bytes {what}");
}
