using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>All that a <see cref="JsonChecker"/> says of a text.</summary>
internal readonly record struct JsonVerdict(bool Good, bool Complete, int TrailingWhitespace, bool CouldBeHeader, bool IsObject, bool HasBegun)
{
    public bool Accepted => Good && Complete;

    public static JsonVerdict Of(ReadOnlySpan<byte> text) => Of(text, text.Length);

    public static JsonVerdict Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The text in chunks of one length.</summary>
    public static JsonVerdict Of(ReadOnlySpan<byte> text, int chunkBytes) => Of(text, () => chunkBytes);

    /// <summary>The text in chunks of at most 40 bytes, some of them empty.</summary>
    public static JsonVerdict OfRandomChunks(ReadOnlySpan<byte> text, Random random)
    {
        int most = random.Next(2) == 0 ? 4 : 40;
        return Of(text, () => random.Next(most + 1));
    }

    public static JsonVerdict OfChunks(params ReadOnlySpan<string> chunks)
    {
        JsonChecker checker = default;
        bool good = true;
        foreach (string chunk in chunks)
            good = checker.Feed(Encoding.UTF8.GetBytes(chunk));
        return Of(checker, good);
    }

    /// <summary>Whether System.Text.Json reads the text to its end, and it is UTF-8, which its reader leaves to who takes the text of a string.</summary>
    public static bool SystemTextJsonAccepts(ReadOnlySpan<byte> text) => Utf8.IsValid(text) && SystemTextJsonReads(text, isWhole: true);

    /// <summary>Whether System.Text.Json reads on to the end of these bytes, or finds a fault.</summary>
    public static bool SystemTextJsonReads(ReadOnlySpan<byte> text, bool isWhole)
    {
        try
        {
            var reader = new Utf8JsonReader(text, isWhole, default);
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonVerdict Of(ReadOnlySpan<byte> text, Func<int> chunkBytes)
    {
        JsonChecker checker = default;
        bool good = checker.Feed(default);
        while (!text.IsEmpty)
        {
            int length = Math.Min(chunkBytes(), text.Length);
            good = checker.Feed(text[..length]);
            text = text[length..];
        }
        return Of(checker, good);
    }

    private static JsonVerdict Of(in JsonChecker checker, bool good) =>
        new(good, checker.Complete, checker.TrailingWhitespace, checker.CouldBeHeader, checker.IsObject, checker.HasBegun);
}
