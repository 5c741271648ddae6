using System.Text;
using System.Text.Json;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Validates JSON bodies, before sending and after receiving.</summary>
internal static class JsonText
{
    /// <summary>The maximum depth of Go's decoder, which the first implementation uses.</summary>
    private const int DepthMax = 10_000;

    /// <summary>Where and why this is not one JSON value; null if it is.</summary>
    public static string? FindProblem(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            while (reader.Read())
            {
            }
            return null;
        }
        catch (JsonException e)
        {
            return Describe(utf8, e);
        }
    }

    /// <summary>The reader's message ends with its own form of the position, in bytes and counted from 0.</summary>
    private static string Describe(ReadOnlySpan<byte> utf8, JsonException e)
    {
        int end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string message = end > 0 ? e.Message[..end] : e.Message;
        ReadOnlySpan<byte> line = utf8;
        for (long lines = e.LineNumber ?? 0; lines > 0; lines--)
            line = line[(line.IndexOf((byte)'\n') + 1)..];
        int column = Encoding.UTF8.GetCharCount(line[..(int)Math.Min(e.BytePositionInLine ?? 0, line.Length)]);
        return $"line {(e.LineNumber ?? 0) + 1}, column {column + 1}: {message}";
    }
}
