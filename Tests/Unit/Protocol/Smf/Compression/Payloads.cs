using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

/// <summary>Plain payloads to pack, packed ones, and what comes out of them.</summary>
internal static class Payloads
{
    /// <summary>The numbers from 1 up, each followed by a space.</summary>
    public static byte[] Numbers(int count) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, count).Select(number => $"{number} ")));

    /// <summary>Random bytes out of so many different ones: 1 packs to nearly nothing, 256 not at all.</summary>
    public static byte[] Random(int bytes, int differentBytes, int seed)
    {
        var random = new Random(seed);
        byte[] payload = new byte[bytes];
        foreach (ref byte one in payload.AsSpan())
            one = (byte)random.Next(differentBytes);
        return payload;
    }

    public static byte[] Pack(SmfCompression algorithm, byte[] plain)
    {
        var packed = new ArrayBufferWriter<byte>();
        Must.Hold(new SmfCompressor(algorithm, minimumBytes: 1).TryCompress(plain, packed, out int written));
        Must.Hold(written == packed.WrittenCount);
        return packed.WrittenSpan.ToArray();
    }

    public static byte[] Unpack(SmfCompression compression, ReadOnlySpan<byte> packed, int bytesMax)
    {
        bool unpacked = SmfDecompressor.TryDecompress(compression, packed, bytesMax, out ReadOnlyMemory<byte> plain, out SmfDecompressionProblem? problem);
        Must.Hold(problem is null);
        Must.Hold(unpacked);
        return plain.ToArray();
    }

    public static SmfDecompressionProblem Refuse(SmfCompression compression, ReadOnlySpan<byte> packed, int bytesMax)
    {
        Must.Hold(!SmfDecompressor.TryDecompress(compression, packed, bytesMax, out ReadOnlyMemory<byte> plain, out SmfDecompressionProblem? problem));
        Must.Hold(plain.Length == 0);
        return problem;
    }

    /// <summary>A zstd frame without content size whose blocks each stand for 128 KiB of one byte in 4 bytes.</summary>
    public static byte[] ZstdOfRepeatedBlocks(int blocks)
    {
        const int BlockBytes = 128 * 1024;
        List<byte> frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
        for (int block = 1; block <= blocks; block++)
            frame.AddRange(ZstdBlock(type: 1, BlockBytes, last: block == blocks, content: [7]));
        return [.. frame];
    }

    /// <summary>A zstd frame without content size of raw blocks with one byte each.</summary>
    public static byte[] ZstdOfRawBytes(byte[] plain)
    {
        List<byte> frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
        for (int at = 0; at < plain.Length; at++)
            frame.AddRange(ZstdBlock(type: 0, size: 1, last: at == plain.Length - 1, content: [plain[at]]));
        return [.. frame];
    }

    /// <summary>An lz4 payload that announces a length, whatever its block holds.</summary>
    public static byte[] Lz4(uint announced, ReadOnlySpan<byte> block)
    {
        byte[] payload = new byte[4 + block.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, announced);
        block.CopyTo(payload.AsSpan(4));
        return payload;
    }

    private static byte[] ZstdBlock(int type, int size, bool last, ReadOnlySpan<byte> content)
    {
        int header = (size << 3) | (type << 1) | (last ? 1 : 0);
        return [(byte)header, (byte)(header >> 8), (byte)(header >> 16), .. content];
    }
}
