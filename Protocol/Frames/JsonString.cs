using System.Numerics;
using System.Runtime.Intrinsics;

namespace FrameRpc.Protocol.Frames;

/// <summary>Checks the contents of JSON strings: escapes, well-formed UTF-8, no control characters.</summary>
internal static class JsonString
{
    private const int UnicodeEscapeBytes = 6;

    /// <summary>Skips whole characters and escapes that are certainly valid.</summary>
    /// <returns>
    /// The index of the closing quote; or of a character or an escape that has to be checked byte by byte, because it is invalid or too close to the
    /// end of the text; or the length of the text.
    /// </returns>
    public static int PassContents(ReadOnlySpan<byte> text, int at)
    {
        while (at <= text.Length - Vector128<byte>.Count)
        {
            uint special = Special(text.Slice(at, Vector128<byte>.Count));
            if (special == 0)
            {
                at += Vector128<byte>.Count;
                continue;
            }
            at += BitOperations.TrailingZeroCount(special);
            byte found = text[at];
            int end = found == '\\' ? PassEscapes(text, at) : found >= 0x80 ? Utf8Run.Pass(text, at) : at;
            if (end == at)
                return at;
            at = end;
        }
        return at;
    }

    /// <summary>A bit for each of 64 bytes: set for a quote, a backslash, a control character or non-ASCII.</summary>
    public static ulong Stops(ReadOnlySpan<byte> bytes) =>
        Special(bytes[..16]) | (ulong)Special(bytes.Slice(16, 16)) << 16
        | (ulong)Special(bytes.Slice(32, 16)) << 32 | (ulong)Special(bytes.Slice(48, 16)) << 48;

    /// <summary>Whether the byte may follow a backslash; <c>u</c> needs four digits more.</summary>
    public static bool IsEscaped(byte candidate) => candidate
        is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t' or (byte)'u';

    // As signed numbers, control characters and non-ASCII bytes are below the space.
    private static uint Special(ReadOnlySpan<byte> bytes)
    {
        var block = Vector128.Create(bytes);
        return (Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'))
            | Vector128.LessThan(block.AsSByte(), Vector128.Create((sbyte)' ')).AsByte()).ExtractMostSignificantBits();
    }

    /// <summary>In non-Latin text, and in text that is itself JSON, escapes usually come in runs.</summary>
    private static int PassEscapes(ReadOnlySpan<byte> text, int at)
    {
        while (at <= text.Length - UnicodeEscapeBytes && text[at] == '\\' && IsEscaped(text[at + 1]))
        {
            if (text[at + 1] != 'u')
                at += 2;
            else if (IsHex(text.Slice(at + 2, sizeof(uint))))
                at += UnicodeEscapeBytes;
            else
                return at;
        }
        return at;
    }

    private static bool IsHex(ReadOnlySpan<byte> four) =>
        char.IsAsciiHexDigit((char)four[0]) & char.IsAsciiHexDigit((char)four[1]) & char.IsAsciiHexDigit((char)four[2]) & char.IsAsciiHexDigit((char)four[3]);
}
