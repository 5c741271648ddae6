using System.Text;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>What the first implementation could take for a message header is found however it is written and cut.</summary>
public sealed class JsonCheckerHeaderTests
{
    [Theory]
    [InlineData("null")]
    [InlineData(" null\n")]
    [InlineData("""{"Endpoint":"Danger"}""")]
    [InlineData("""{"endpoint":1}""")]
    [InlineData("""{"ENDPOINT":null}""")]
    [InlineData("""{ "eNdPoInT" : {} }""")]
    [InlineData("""{"a":{"b":[1,2]},"c":"d","Endpoint":"x"}""")]
    [InlineData("""{"Endpoint":"x","Endpoint":"y"}""")]
    [InlineData("""{"\u0045ndpoint":""}""")]
    [InlineData("""{"Endpoin\u0054":""}""")]
    [InlineData("""{"\u0065\u006E\u0064\u0070\u006f\u0069\u006E\u0074":""}""")]
    [InlineData("""{"a name that is longer than a block":"a text that is longer than a block","Endpoint":"a text that is longer than a block"}""")]
    public void A_header_is_seen_wherever_it_is_cut(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.True(JsonVerdict.Of(text) is { Accepted: true, CouldBeHeader: true });
        Assert.True(JsonVerdict.Of(bytes, 1) is { Accepted: true, CouldBeHeader: true });
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
                Assert.True(HeaderIn(bytes, first, second), $"{text} cut at {first} and {second}");
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("\"null\"")]
    [InlineData("\"Endpoint\"")]
    [InlineData("""["Endpoint"]""")]
    [InlineData("""{"a":null}""")]
    [InlineData("""{"a":"Endpoint"}""")]
    [InlineData("""{"a":{"Endpoint":"x"}}""")]
    [InlineData("""[{"Endpoint":"x"}]""")]
    [InlineData("""{"Endpoint ":1," Endpoint":1,"Endpoints":1,"Endpoin":1,"":1}""")]
    [InlineData("""{"Endp\u00f6int":1,"Endpoınt":1,"EndpoİnT":1,"Éndpoint":1}""")]
    [InlineData("""{"\nEndpoint":1,"Endpoint\u0000":1,"End\/point":1,"\\Endpoint":1}""")]
    [InlineData("""{"\u0145ndpoint":1,"\u4500ndpoint":1,"\\u0045ndpoint":1,"u0045ndpoint":1}""")]
    [InlineData("""{"%ndpoint":1,"Endp\u000fint":1,"EndpoI.t":1}""")]
    public void What_is_none_is_not_taken_for_one_wherever_it_is_cut(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.True(JsonVerdict.Of(text) is { Accepted: true, CouldBeHeader: false });
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
                Assert.False(HeaderIn(bytes, first, second), $"{text} cut at {first} and {second}");
        }
    }

    [Fact]
    public void Every_case_and_every_escape_of_every_letter_is_seen()
    {
        const string Name = "Endpoint";
        for (int letter = 0; letter < Name.Length; letter++)
        {
            foreach (char same in (ReadOnlySpan<char>)[char.ToLowerInvariant(Name[letter]), char.ToUpperInvariant(Name[letter])])
            {
                foreach (string written in (string[])[$"{same}", $"\\u{(int)same:x4}", $"\\u{(int)same:X4}"])
                {
                    byte[] text = Encoding.UTF8.GetBytes($$"""{"a":[1],"{{Name[..letter]}}{{written}}{{Name[(letter + 1)..]}}":1}""");
                    for (int cut = 0; cut <= text.Length; cut++)
                        Assert.True(HeaderIn(text, cut, cut), Encoding.UTF8.GetString(text));
                }
            }
        }
    }

    [Fact]
    public void No_other_character_stands_for_a_letter_of_the_name()
    {
        const string Name = "Endpoint";
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            for (int letter = 0; letter < Name.Length; letter++)
            {
                bool same = unit < 0x80 && char.ToLowerInvariant((char)unit) == char.ToLowerInvariant(Name[letter]);
                byte[] text = Encoding.UTF8.GetBytes($$"""{"{{Name[..letter]}}\u{{unit:x4}}{{Name[(letter + 1)..]}}":1}""");
                Assert.True(JsonVerdict.Of(text).CouldBeHeader == same, Encoding.UTF8.GetString(text));
            }
        }
    }

    [Fact]
    public void It_is_seen_when_the_name_ends_and_never_forgotten()
    {
        Assert.False(JsonVerdict.Of("{\"Endpoint").CouldBeHeader);
        Assert.True(JsonVerdict.Of("{\"Endpoint\"").CouldBeHeader);
        Assert.True(JsonVerdict.OfChunks("{\"Endpoint\"", ":1,\"a\":", "{}}").CouldBeHeader);
        Assert.True(JsonVerdict.OfChunks("{\"Endpoint\"", "x", "{}") is { CouldBeHeader: true, Good: false });
        Assert.False(JsonVerdict.Of("nul").CouldBeHeader);
        Assert.True(JsonVerdict.OfChunks("null", "x") is { CouldBeHeader: true, Good: false });
    }

    private static bool HeaderIn(ReadOnlySpan<byte> text, int first, int second)
    {
        JsonChecker checker = default;
        Assert.True(checker.Feed(text[..first]) & checker.Feed(text[first..second]) & checker.Feed(text[second..]));
        Assert.True(checker.Complete);
        return checker.CouldBeHeader;
    }
}
