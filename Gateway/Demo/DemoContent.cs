using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Demo;

/// <summary>
/// Content of the embedded server's streams. It depends on the offset alone, so a client can verify any piece and detect missing, doubled or moved
/// ones.
/// </summary>
/// <remarks>
/// The bytes from offset 8k on are the 64-bit number k × <see cref="Step"/>, little endian, modulo 2^64. A captured stream of a first implementation
/// begins with ten bytes, <c>00 00 00 00 00 00 00 00 03 f1</c>, too few to derive its rule; <see cref="Step"/> ends in f103 so that these ten are the
/// same here.
/// </remarks>
internal static class DemoContent
{
    /// <summary>2^64 divided by the golden ratio, so that every byte changes from word to word; the last two bytes are explained above.</summary>
    private const ulong Step = 0x9E3779B97F4AF103;

    private const int WordBytes = sizeof(ulong);

    /// <summary>Writes the content that begins at <paramref name="offset"/>.</summary>
    public static void Fill(Span<byte> bytes, long offset)
    {
        int headBytes = HeadBytes(offset, bytes.Length);
        FillPart(bytes[..headBytes], offset);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes[headBytes..]);
        ulong word = WordAt(offset + headBytes);
        foreach (ref ulong place in words)
        {
            place = word;
            word += Step;
        }
        int wordsEnd = headBytes + words.Length * WordBytes;
        FillPart(bytes[wordsEnd..], offset + wordsEnd);
    }

    /// <summary>Whether these bytes are the content at <paramref name="offset"/>.</summary>
    public static bool Matches(ReadOnlySpan<byte> bytes, long offset)
    {
        int headBytes = HeadBytes(offset, bytes.Length);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes[headBytes..]);
        ulong word = WordAt(offset + headBytes);
        ulong differences = 0;
        foreach (ulong found in words)
        {
            differences |= found ^ word;
            word += Step;
        }
        int wordsEnd = headBytes + words.Length * WordBytes;
        return differences == 0 && MatchesPart(bytes[..headBytes], offset) && MatchesPart(bytes[wordsEnd..], offset + wordsEnd);
    }

    /// <summary>Bytes up to the first whole word.</summary>
    private static int HeadBytes(long offset, int length) => Math.Min(length, (int)(-offset & (WordBytes - 1)));

    private static ulong WordAt(long offset) => unchecked((ulong)offset / WordBytes * Step);

    private static void FillPart(Span<byte> part, long offset)
    {
        Span<byte> word = stackalloc byte[WordBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(word, WordAt(offset));
        word.Slice((int)(offset & (WordBytes - 1)), part.Length).CopyTo(part);
    }

    private static bool MatchesPart(ReadOnlySpan<byte> part, long offset)
    {
        Span<byte> right = stackalloc byte[WordBytes];
        right = right[..part.Length];
        FillPart(right, offset);
        return part.SequenceEqual(right);
    }
}
