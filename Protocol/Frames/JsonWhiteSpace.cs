using System.Numerics;
using System.Runtime.Intrinsics;

namespace FrameRpc.Protocol.Frames;

/// <summary>Space, tab, line feed and carriage return: the white space between JSON tokens.</summary>
internal static class JsonWhiteSpace
{
    public static bool Contains(byte candidate) => candidate is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    public static Vector128<byte> In(Vector128<byte> bytes) =>
        Vector128.Equals(bytes, Vector128.Create((byte)' ')) | Vector128.Equals(bytes, Vector128.Create((byte)'\n'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\r')) | Vector128.Equals(bytes, Vector128.Create((byte)'\t'));

    /// <summary>Where the white space at <paramref name="at"/> ends, at the latest at the end of the text.</summary>
    public static int End(ReadOnlySpan<byte> text, int at)
    {
        while (at <= text.Length - Vector128<byte>.Count)
        {
            var block = Vector128.Create(text.Slice(at, Vector128<byte>.Count));
            int run = BitOperations.TrailingZeroCount(~In(block).ExtractMostSignificantBits());
            at += run;
            if (run < Vector128<byte>.Count)
                return at;
        }
        while (at < text.Length && Contains(text[at]))
            at++;
        return at;
    }

    /// <summary>Bytes of white space at the end of the text.</summary>
    public static int TrailingBytes(ReadOnlySpan<byte> text)
    {
        int end = text.Length;
        while (end > 0 && Contains(text[end - 1]))
            end--;
        return text.Length - end;
    }
}
