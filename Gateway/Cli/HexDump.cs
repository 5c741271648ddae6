using System.Text;

namespace FrameRpc.Gateway.Cli;

/// <summary>Bytes in rows of sixteen: offset, hexadecimal, and what of them is ASCII.</summary>
internal static class HexDump
{
    private const int BytesPerRow = 16;

    /// <summary>What a person would look at; the rest is only counted.</summary>
    private const int RowsMax = 32;

    public static void Write(TextWriter output, ReadOnlySpan<byte> bytes)
    {
        int shown = Math.Min(bytes.Length, RowsMax * BytesPerRow);
        for (int offset = 0; offset < shown; offset += BytesPerRow)
            output.WriteLine(Row(offset, bytes[offset..Math.Min(offset + BytesPerRow, shown)]));
        if (shown < bytes.Length)
            output.WriteLine($"    … {bytes.Length - shown} more bytes");
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
