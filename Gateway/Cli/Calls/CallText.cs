using System.Text;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The lines about a call that people read. A progress line that stands on the same terminal makes room for each of them.</summary>
internal sealed class CallText(TextWriter output)
{
    private readonly Lock _lock = new();

    public TransferProgress? Progress { get; set; }

    public void Line(string line) => Write(writer => writer.WriteLine(line));

    /// <param name="front">The first bytes of a body.</param>
    /// <param name="length">How many it has.</param>
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

/// <summary>The front of a payload on one line.</summary>
internal static class Excerpt
{
    private const int TextCharsMax = 200;
    private const int HexBytesMax = 24;

    /// <param name="front">The payload, or its first bytes.</param>
    /// <param name="length">Bytes of all of it.</param>
    public static string OfText(ReadOnlySpan<byte> front, long length)
    {
        string text = Printable(Encoding.UTF8.GetString(front)).ReplaceLineEndings(" ");
        return text.Length <= TextCharsMax && front.Length == length ? text : $"{text[..Math.Min(text.Length, TextCharsMax)]} …";
    }

    /// <inheritdoc cref="OfText"/>
    public static string OfBytes(ReadOnlySpan<byte> front, long length) =>
        length <= HexBytesMax ? Convert.ToHexStringLower(front) : $"{Convert.ToHexStringLower(front[..HexBytesMax])} …";

    /// <summary>The text without what could move a terminal's cursor or change its colours, and without the line end that often follows JSON.</summary>
    public static string Printable(string text) => string.Concat(text.TrimEnd().Select(c => char.IsControl(c) && c is not '\n' ? '\ufffd' : c));
}
