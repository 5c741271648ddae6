using System.Buffers.Binary;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>What a zstd frame announces about its content, before decoding.</summary>
/// <remarks>
/// Layout (RFC 8878, 3.1.1), little endian; sizes in bytes:
/// <code>
/// 4      magic         28 b5 2f fd
/// 1      descriptor    bits 7-6: size of contentBytes; 5: single segment, so no window; 3: reserved; 2: checksum; 1-0: size of dictionary
/// 0-1    window
/// 0-4    dictionary
/// 0-8    contentBytes  absent if a stream was compressed
/// then blocks: 3 bytes (bit 0: the last one; bits 1-2: type; 21 bits: size) and the content of the block
/// 0 or 4 checksum
/// </code>
/// Parsed here, because no stable function of libzstd returns the maximum content of a frame without contentBytes,
/// and its decoder continues with further frames.
/// </remarks>
/// <param name="ContentBytes">As announced by the frame; null if it is not.</param>
/// <param name="ContentBytesMax">The maximum content of its blocks.</param>
internal readonly record struct ZstdFrame(ulong? ContentBytes, ulong ContentBytesMax)
{
    /// <summary>Magic, descriptor, window, dictionary and contentBytes at their longest.</summary>
    public const int HeaderBytesMax = 4 + 1 + 1 + 4 + 8;

    private const uint Magic = 0xFD2FB528;
    private const int DescriptorOffset = 4;
    private const int BlockHeaderBytes = 3;
    private const int ChecksumBytes = 4;

    // Blocks have at most 128 KiB of content each, however small they are compressed (RFC 8878, 3.1.1.2.4).
    private const uint BlockContentBytesMax = 128 * 1024;

    private enum BlockType
    {
        Raw = 0,
        Repeated = 1,
        Compressed = 2,
    }

    /// <summary>Reads the frame that <paramref name="payload"/> must be, from the first byte to the last.</summary>
    /// <returns>What is wrong with it, as the rest of a sentence; null if nothing is, as far as can be seen without decoding.</returns>
    public static string? Read(ReadOnlySpan<byte> payload, out ZstdFrame frame)
    {
        frame = default;
        if (ReadHeader(payload, out ulong? contentBytes, out int blocksOffset) is { } headerProblem)
            return headerProblem;

        if (ReadBlocks(payload[blocksOffset..], out int blocksBytes, out ulong contentBytesMax) is { } problem)
            return problem;
        int restBytes = payload.Length - blocksOffset - blocksBytes - ((payload[DescriptorOffset] & 4) != 0 ? ChecksumBytes : 0);
        if (restBytes < 0)
            return "ends before its frame's checksum";
        if (restBytes > 0)
            return $"continues for {restBytes} bytes after its frame";
        frame = new ZstdFrame(contentBytes, contentBytesMax);
        return null;
    }

    /// <summary>Reads the header before the blocks, which is within the first <see cref="HeaderBytesMax"/> bytes.</summary>
    /// <returns>As for <see cref="Read"/>.</returns>
    public static string? ReadHeader(ReadOnlySpan<byte> payload, out ulong? contentBytes, out int blocksOffset)
    {
        contentBytes = null;
        blocksOffset = 0;
        if (payload.Length <= DescriptorOffset || BinaryPrimitives.ReadUInt32LittleEndian(payload) != Magic)
            return "does not begin with a zstd frame";

        byte descriptor = payload[DescriptorOffset];
        bool singleSegment = (descriptor & 0x20) != 0;
        int dictionaryBytes = (descriptor & 3) switch { 3 => 4, int bytes => bytes };
        int sizeBytes = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, int power => 1 << power };
        int sizeOffset = DescriptorOffset + 1 + (singleSegment ? 0 : 1) + dictionaryBytes;
        blocksOffset = sizeOffset + sizeBytes;
        if (payload.Length < blocksOffset)
            return "ends within the header of its frame";
        contentBytes = ContentSize(payload.Slice(sizeOffset, sizeBytes));
        return null;
    }

    private static ulong? ContentSize(ReadOnlySpan<byte> field) => field.Length switch
    {
        0 => null,
        1 => field[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256ul,
        4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
    };

    /// <summary>Walks over the blocks up to the last one.</summary>
    private static string? ReadBlocks(ReadOnlySpan<byte> blocks, out int bytes, out ulong contentBytesMax)
    {
        bytes = 0;
        contentBytesMax = 0;
        for (bool last = false; !last;)
        {
            if (blocks.Length - bytes < BlockHeaderBytes)
                return "ends before the last block of its frame";
            int header = BinaryPrimitives.ReadUInt16LittleEndian(blocks[bytes..]) | (blocks[bytes + 2] << 16);
            last = (header & 1) != 0;
            var type = (BlockType)((header >> 1) & 3);
            int size = header >> 3;
            if (type > BlockType.Compressed)
                return "has a block of an unknown type in its frame";

            bytes += BlockHeaderBytes;
            int heldBytes = type == BlockType.Repeated ? 1 : size;
            if (blocks.Length - bytes < heldBytes)
                return "ends within a block of its frame";
            bytes += heldBytes;
            contentBytesMax += type == BlockType.Compressed ? BlockContentBytesMax : (uint)size;
        }
        return null;
    }
}
