using System.Numerics;
using System.Runtime.Intrinsics;

namespace FrameRpc.Protocol.Frames;

/// <summary>Skips well-formed UTF-8 in a JSON string, 16 bytes at a time.</summary>
/// <remarks>
/// The three bytes before it determine where a continuation byte is required; everything else that can be wrong shows in pairs of bytes (RFC 3629,
/// section 4). Only comparisons are used, because the baseline of the native build has no byte shuffle.
/// </remarks>
internal static class Utf8Run
{
    /// <summary>The number of preceding bytes that determine a byte's position in its sequence.</summary>
    public const int LookBehindBytes = 3;

    /// <summary>Skips whole characters of any length, up to a quote, a backslash or a control character.</summary>
    /// <param name="text">The text; everything before <paramref name="at"/> is known to be valid.</param>
    /// <param name="at">Where a character begins.</param>
    /// <returns>
    /// Where a character begins that is one of these, is invalid, or is close to the end of the text; <paramref name="at"/> itself if the first is.
    /// </returns>
    public static int Pass(ReadOnlySpan<byte> text, int at)
    {
        if (at < LookBehindBytes)
            return at;
        while (at <= text.Length - Vector128<byte>.Count)
        {
            var block = Vector128.Create(text.Slice(at, Vector128<byte>.Count));
            uint stops = Stops(block);
            int length = stops == 0 ? Vector128<byte>.Count : BitOperations.TrailingZeroCount(stops);
            // A sequence that is cut off by the stop is a fault at the stop.
            uint upToStop = (2u << length) - 1;
            if ((Faults(text, at, block) & upToStop) != 0)
                break;
            at += length;
            if (stops != 0)
                return at;
        }
        return StartOfIncomplete(text, at);
    }

    private static uint Stops(Vector128<byte> block) =>
        (Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'))
            | AtMost(block, 0x1F)).ExtractMostSignificantBits();

    private static uint Faults(ReadOnlySpan<byte> text, int at, Vector128<byte> block)
    {
        var before = Vector128.Create(text.Slice(at - 1, Vector128<byte>.Count));
        var twoBefore = Vector128.Create(text.Slice(at - 2, Vector128<byte>.Count));
        var threeBefore = Vector128.Create(text.Slice(at - 3, Vector128<byte>.Count));
        Vector128<byte> continues = Below(block, 0xC0);
        Vector128<byte> mustContinue = AtLeast(before, 0xC0) | AtLeast(twoBefore, 0xE0) | AtLeast(threeBefore, 0xF0);
        // Overlong, or beyond U+10FFFF, whatever follows: C0, C1, F5 and above.
        Vector128<byte> never = Is(block & Vector128.Create((byte)0xFE), 0xC0) | AtLeast(block, 0xF5);
        Vector128<byte> below90 = Below(block, 0x90);
        Vector128<byte> belowA0 = Below(block, 0xA0);
        Vector128<byte> overlong = (Is(before, 0xE0) & belowA0) | (Is(before, 0xF0) & below90);
        Vector128<byte> surrogateOrTooLarge = Vector128.AndNot(Is(before, 0xED), belowA0) | Vector128.AndNot(Is(before, 0xF4), below90);
        return ((continues ^ mustContinue) | never | overlong | surrogateOrTooLarge).ExtractMostSignificantBits();
    }

    private static Vector128<byte> Is(Vector128<byte> bytes, byte value) => Vector128.Equals(bytes, Vector128.Create(value));

    // The baseline instruction set compares unsigned bytes only by their maximum and minimum.
    private static Vector128<byte> AtLeast(Vector128<byte> bytes, byte min) => Vector128.Equals(Vector128.Max(bytes, Vector128.Create(min)), bytes);

    private static Vector128<byte> AtMost(Vector128<byte> bytes, byte max) => Vector128.Equals(Vector128.Min(bytes, Vector128.Create(max)), bytes);

    /// <summary>Compares as signed numbers, so it is true only for bytes from 80 on if <paramref name="limit"/> is above.</summary>
    private static Vector128<byte> Below(Vector128<byte> bytes, byte limit) => Vector128.LessThan(bytes.AsSByte(), Vector128.Create(limit).AsSByte()).AsByte();

    /// <summary>Where the last character before <paramref name="at"/> begins, if it continues there; else <paramref name="at"/>.</summary>
    private static int StartOfIncomplete(ReadOnlySpan<byte> text, int at)
    {
        for (int back = 1; back <= LookBehindBytes; back++)
        {
            byte before = text[at - back];
            if ((before & 0xC0) == 0x80)
                continue;
            int bytes = before switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
            return bytes > back ? at - back : at;
        }
        return at;
    }
}
