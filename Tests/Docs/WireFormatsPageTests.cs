using System.Text;
using System.Text.RegularExpressions;

namespace FrameRpc.Tests.Docs;

/// <summary>The page about the wire formats shows bytes that were captured, and texts that the gateway says.</summary>
public sealed partial class WireFormatsPageTests
{
    private static readonly Page Formats = Page.Read("docs/wire-formats.md");

    /// <summary>Why a request is malformed is always known in the frame format.</summary>
    private const string OnlyOfSmf = "the request is malformed";

    [Test]
    [Arguments(0, "zrepl-echo.c2s")]
    [Arguments(1, "zrepl-echo.s2c")]
    [Arguments(2, "zrepl-fail.s2c")]
    [Arguments(3, "smf-get60.c2s")]
    public async Task Bytes_that_are_shown_were_captured(int place, string vector)
    {
        byte[] shown = Bytes(Formats.Blocks.Where(block => block.Language == "text").ElementAt(place).Text);

        await Assert.That(shown).IsSequence(Vectors.Bytes(vector)[..shown.Length]);
    }

    [Test]
    public async Task Every_error_that_the_gateway_answers_a_frame_call_with_stands_there()
    {
        string source = Encoding.UTF8.GetString(Repository.Read("Gateway/Formats/Frame/FrameErrors.cs"));
        string[] texts = [.. ErrorText().Matches(source).Select(text => Regex.Unescape(text.Groups[1].Value))];

        await Assert.That(texts.Length).IsBetween(15, 25);
        foreach (string text in texts.Where(text => text != OnlyOfSmf))
            await Assert.That(Formats.CodeSpans).Contains(text);
    }

    /// <summary>A line is hexadecimal with words behind it, or JSON as it is sent.</summary>
    private static byte[] Bytes(string block) =>
    [
        .. block.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(line =>
            line[0] == '{' ? Encoding.UTF8.GetBytes(line.Replace('⏎', '\n')) : Convert.FromHexString(HexPairs().Match(line).Value.Replace(" ", "", StringComparison.Ordinal))),
    ];

    [GeneratedRegex("""\"((?:[^\"\\]|\\.)+)\"u8""")]
    private static partial Regex ErrorText();

    [GeneratedRegex("^[0-9a-f]{2}( [0-9a-f]{2})*(?=   |$)")]
    private static partial Regex HexPairs();
}
