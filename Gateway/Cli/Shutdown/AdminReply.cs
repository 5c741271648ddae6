using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary>A reply of an admin endpoint.</summary>
internal sealed record AdminReply(int Status, string Text)
{
    private const string LengthName = "Content-Length:";

    private const int StatusDigits = 3;

    private static ReadOnlySpan<byte> Version => "HTTP/1.1 "u8;

    private static ReadOnlySpan<byte> EndOfHeaders => "\r\n\r\n"u8;

    /// <summary>
    /// Parses a reply: the status line, headers, of which only Content-Length is used, an empty line and the body. False if it is incomplete.
    /// </summary>
    /// <exception cref="InvalidDataException">No gateway replies like this.</exception>
    public static bool TryRead(ReadOnlySpan<byte> come, [NotNullWhen(true)] out AdminReply? reply, out int length)
    {
        reply = null;
        length = 0;
        int begun = Math.Min(come.Length, Version.Length);
        if (!come[..begun].SequenceEqual(Version[..begun]))
            throw NoGateway();
        int headersEnd = come.IndexOf(EndOfHeaders);
        if (headersEnd < 0)
            return false;
        string[] lines = Encoding.Latin1.GetString(come[..headersEnd]).Split("\r\n");
        int bodyStart = headersEnd + EndOfHeaders.Length;
        int bodyLength = Number(lines.FirstOrDefault(line => line.StartsWith(LengthName, StringComparison.OrdinalIgnoreCase))?[LengthName.Length..]);
        if (come.Length - bodyStart < bodyLength)
            return false;
        int status = Number(lines[0].Length >= Version.Length + StatusDigits ? lines[0].Substring(Version.Length, StatusDigits) : null);
        reply = new AdminReply(status, Encoding.UTF8.GetString(come.Slice(bodyStart, bodyLength)).TrimEnd('\n'));
        length = bodyStart + bodyLength;
        return true;
    }

    private static int Number(string? text) =>
        int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw NoGateway();

    private static InvalidDataException NoGateway() => new("unexpected response");
}
