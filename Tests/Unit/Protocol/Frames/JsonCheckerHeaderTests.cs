using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>What the first implementation could take for a message header is found however it is written and cut.</summary>
public sealed class JsonCheckerHeaderTests
{
    [Test]
    [Arguments("null")]
    [Arguments(" null\n")]
    [Arguments("""{"Endpoint":"Danger"}""")]
    [Arguments("""{"endpoint":1}""")]
    [Arguments("""{"ENDPOINT":null}""")]
    [Arguments("""{ "eNdPoInT" : {} }""")]
    [Arguments("""{"a":{"b":[1,2]},"c":"d","Endpoint":"x"}""")]
    [Arguments("""{"Endpoint":"x","Endpoint":"y"}""")]
    [Arguments("""{"\u0045ndpoint":""}""")]
    [Arguments("""{"Endpoin\u0054":""}""")]
    [Arguments("""{"\u0065\u006E\u0064\u0070\u006f\u0069\u006E\u0074":""}""")]
    [Arguments("""{"a name that is longer than a block":"a text that is longer than a block","Endpoint":"a text that is longer than a block"}""")]
    public async Task A_header_is_seen_wherever_it_is_cut(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        await Assert.That(JsonVerdict.Of(text) is { Accepted: true, CouldBeHeader: true }).IsTrue();
        await Assert.That(JsonVerdict.Of(bytes, 1) is { Accepted: true, CouldBeHeader: true }).IsTrue();
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
                await Assert.That(HeaderIn(bytes, first, second)).IsTrue().Because($"{text} cut at {first} and {second}");
        }
    }

    [Test]
    [Arguments("{}")]
    [Arguments("[]")]
    [Arguments("[null]")]
    [Arguments("\"null\"")]
    [Arguments("\"Endpoint\"")]
    [Arguments("""["Endpoint"]""")]
    [Arguments("""{"a":null}""")]
    [Arguments("""{"a":"Endpoint"}""")]
    [Arguments("""{"a":{"Endpoint":"x"}}""")]
    [Arguments("""[{"Endpoint":"x"}]""")]
    [Arguments("""{"Endpoint ":1," Endpoint":1,"Endpoints":1,"Endpoin":1,"":1}""")]
    [Arguments("""{"Endp\u00f6int":1,"Endpoınt":1,"EndpoİnT":1,"Éndpoint":1}""")]
    [Arguments("""{"\nEndpoint":1,"Endpoint\u0000":1,"End\/point":1,"\\Endpoint":1}""")]
    [Arguments("""{"\u0145ndpoint":1,"\u4500ndpoint":1,"\\u0045ndpoint":1,"u0045ndpoint":1}""")]
    [Arguments("""{"%ndpoint":1,"Endp\u000fint":1,"EndpoI.t":1}""")]
    public async Task What_is_none_is_not_taken_for_one_wherever_it_is_cut(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        await Assert.That(JsonVerdict.Of(text) is { Accepted: true, CouldBeHeader: false }).IsTrue();
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
                await Assert.That(HeaderIn(bytes, first, second)).IsFalse().Because($"{text} cut at {first} and {second}");
        }
    }

    [Test]
    public async Task Every_case_and_every_escape_of_every_letter_is_seen()
    {
        const string Name = "Endpoint";
        for (int letter = 0; letter < Name.Length; letter++)
        {
            foreach (char same in (char[])[char.ToLowerInvariant(Name[letter]), char.ToUpperInvariant(Name[letter])])
            {
                foreach (string written in (string[])[$"{same}", $"\\u{(int)same:x4}", $"\\u{(int)same:X4}"])
                {
                    byte[] text = Encoding.UTF8.GetBytes($$"""{"a":[1],"{{Name[..letter]}}{{written}}{{Name[(letter + 1)..]}}":1}""");
                    for (int cut = 0; cut <= text.Length; cut++)
                        await Assert.That(HeaderIn(text, cut, cut)).IsTrue().Because(Encoding.UTF8.GetString(text));
                }
            }
        }
    }

    [Test]
    public async Task No_other_character_stands_for_a_letter_of_the_name()
    {
        const string Name = "Endpoint";
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            for (int letter = 0; letter < Name.Length; letter++)
            {
                bool same = unit < 0x80 && char.ToLowerInvariant((char)unit) == char.ToLowerInvariant(Name[letter]);
                byte[] text = Encoding.UTF8.GetBytes($$"""{"{{Name[..letter]}}\u{{unit:x4}}{{Name[(letter + 1)..]}}":1}""");
                await Assert.That(JsonVerdict.Of(text).CouldBeHeader == same).IsTrue().Because(Encoding.UTF8.GetString(text));
            }
        }
    }

    [Test]
    public async Task It_is_seen_when_the_name_ends_and_never_forgotten()
    {
        await Assert.That(JsonVerdict.Of("{\"Endpoint").CouldBeHeader).IsFalse();
        await Assert.That(JsonVerdict.Of("{\"Endpoint\"").CouldBeHeader).IsTrue();
        await Assert.That(JsonVerdict.OfChunks("{\"Endpoint\"", ":1,\"a\":", "{}}").CouldBeHeader).IsTrue();
        await Assert.That(JsonVerdict.OfChunks("{\"Endpoint\"", "x", "{}") is { CouldBeHeader: true, Good: false }).IsTrue();
        await Assert.That(JsonVerdict.Of("nul").CouldBeHeader).IsFalse();
        await Assert.That(JsonVerdict.OfChunks("null", "x") is { CouldBeHeader: true, Good: false }).IsTrue();
    }

    private static bool HeaderIn(ReadOnlySpan<byte> text, int first, int second)
    {
        JsonChecker checker = default;
        Must.Hold(checker.Feed(text[..first]) & checker.Feed(text[first..second]) & checker.Feed(text[second..]));
        Must.Hold(checker.Complete);
        return checker.CouldBeHeader;
    }
}
