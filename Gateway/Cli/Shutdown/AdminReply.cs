using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary>What an admin endpoint answered.</summary>
internal sealed record AdminReply(int Status, string Text)
{
    private const string Version = "HTTP/1.1 ", LengthName = "Content-Length:";

    private static ReadOnlySpan<byte> EndOfHeaders => "\r\n\r\n"u8;

    /// <summary>
    /// Reads a reply from the beginning of what has come: the status line, headers, of which only the length of the body counts,
    /// an empty line and the body. False while some of it is still to come.
    /// </summary>
    /// <exception cref="InvalidDataException">No gateway answers so.</exception>
    public static bool TryRead(ReadOnlySpan<byte> come, [NotNullWhen(true)] out AdminReply? reply, out int length)
    {
        reply = null;
        length = 0;
        int headersEnd = come.IndexOf(EndOfHeaders);
        if (headersEnd < 0)
            return false;
        string[] lines = Encoding.Latin1.GetString(come[..headersEnd]).Split("\r\n");
        int bodyStart = headersEnd + EndOfHeaders.Length;
        int bodyLength = Number(lines.FirstOrDefault(line => line.StartsWith(LengthName, StringComparison.OrdinalIgnoreCase)), LengthName);
        if (come.Length - bodyStart < bodyLength)
            return false;
        int status = Number(lines[0].Length >= Version.Length + 3 ? lines[0][..(Version.Length + 3)] : null, Version);
        reply = new AdminReply(status, Encoding.UTF8.GetString(come.Slice(bodyStart, bodyLength)).TrimEnd('\n'));
        length = bodyStart + bodyLength;
        return true;
    }

    private static int Number(string? text, string behind) =>
        text?.StartsWith(behind, StringComparison.OrdinalIgnoreCase) == true
        && int.TryParse(text.AsSpan(behind.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidDataException("no gateway answers so");
}
