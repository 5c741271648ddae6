using System.Text;

namespace FrameRpc.Gateway.Cli;

/// <summary>Rows of sixteen bytes: offset, hexadecimal, and printable ASCII.</summary>
internal static class HexDump
{
    /// <summary>Bytes shown; the rest is only counted.</summary>
    public const int BytesMax = 32 * BytesPerRow;

    private const int BytesPerRow = 16;

    public static void Write(TextWriter output, ReadOnlySpan<byte> bytes) => Write(output, bytes, bytes.Length);

    /// <param name="output">Where to write.</param>
    /// <param name="front">All bytes, or the first <see cref="BytesMax"/> of them.</param>
    /// <param name="length">The total number of bytes.</param>
    public static void Write(TextWriter output, ReadOnlySpan<byte> front, long length)
    {
        int shown = Math.Min(front.Length, BytesMax);
        for (int offset = 0; offset < shown; offset += BytesPerRow)
            output.WriteLine(Row(offset, front[offset..Math.Min(offset + BytesPerRow, shown)]));
        if (shown < length)
            output.WriteLine($"    … {length - shown} more bytes");
    }

    private static string Row(int offset, ReadOnlySpan<byte> bytes)
    {
        var hex = new StringBuilder(BytesPerRow * 3);
        var text = new StringBuilder(BytesPerRow);
        foreach (byte b in bytes)
        {
            if (hex.Length == BytesPerRow / 2 * 3)
                hex.Append(' ');
            hex.Append(b.ToString("x2", null)).Append(' ');
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
        }
        return $"    {offset:x8}  {hex.ToString().PadRight(BytesPerRow * 3 + 1)} |{text}|";
    }
}
