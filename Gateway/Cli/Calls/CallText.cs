using System.Text;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Lines for people about a call. A progress line on the same terminal is cleared before each.</summary>
internal sealed class CallText(TextWriter output)
{
    private readonly Lock _lock = new();

    public TransferProgress? Progress { get; set; }

    public void Line(string line) => Write(writer => writer.WriteLine(line));

    /// <param name="front">The first bytes of a body.</param>
    /// <param name="length">The length of the whole body.</param>
    public void Dump(ReadOnlyMemory<byte> front, long length) => Write(writer => HexDump.Write(writer, front.Span, length));

    private void Write(Action<TextWriter> write)
    {
        lock (_lock)
        {
            Progress?.Clear();
            write(output);
        }
    }
}

/// <summary>The beginning of a payload on one line.</summary>
internal static class Excerpt
{
    private const int TextCharsMax = 200;
    private const int HexBytesMax = 24;

    /// <param name="front">The payload, or its first bytes.</param>
    /// <param name="length">The length of the whole payload.</param>
    public static string OfText(ReadOnlySpan<byte> front, long length)
    {
        string text = Printable(Encoding.UTF8.GetString(front)).ReplaceLineEndings(" ");
        return text.Length <= TextCharsMax && front.Length == length ? text : $"{text[..Math.Min(text.Length, TextCharsMax)]} …";
    }

    /// <inheritdoc cref="OfText"/>
    public static string OfBytes(ReadOnlySpan<byte> front, long length) =>
        length <= HexBytesMax ? Convert.ToHexStringLower(front) : $"{Convert.ToHexStringLower(front[..HexBytesMax])} …";

    /// <summary>
    /// The text without control characters, which could move a terminal's cursor or change its colours, and without the line end that often follows
    /// JSON.
    /// </summary>
    public static string Printable(string text) => string.Concat(text.TrimEnd().Select(c => char.IsControl(c) && c is not '\n' ? '\ufffd' : c));
}
