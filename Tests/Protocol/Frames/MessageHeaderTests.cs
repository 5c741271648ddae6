using System.Text;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class MessageHeaderTests
{
    private static readonly string Canonical = """{"Endpoint":"Echo","DataType":2,"Accept":3,"Error":4,"ErrorMessage":"no"}""";

    private static (MessageHeaderFault Fault, MessageHeaderRecord Header) Read(byte[] json)
    {
        MessageHeaderFault fault = MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header);
        return (fault, new MessageHeaderRecord
        {
            Endpoint = Encoding.UTF8.GetString(header.Endpoint),
            DataType = header.DataType,
            Accept = header.Accept,
            Error = header.Error,
            ErrorMessage = Encoding.UTF8.GetString(header.ErrorMessage),
        });
    }

    private static (MessageHeaderFault Fault, MessageHeaderRecord Header) Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    private static string Written(string endpoint, string message = "")
    {
        byte[] buffer = new byte[MessageHeader.BytesMax];
        var header = new MessageHeader(Encoding.UTF8.GetBytes(endpoint), DataType.None, DataType.Absent, (ReplyError)200, Encoding.UTF8.GetBytes(message));
        return Encoding.UTF8.GetString(buffer, 0, header.Write(buffer));
    }

    [Fact]
    public void All_five_members_are_read()
    {
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read(Canonical);
        Assert.Equal(MessageHeaderFault.None, fault);
        Assert.Equal(
            new MessageHeaderRecord { Endpoint = "Echo", DataType = DataType.Json, Accept = DataType.Octets, Error = ReplyError.Undecided, ErrorMessage = "no" },
            header);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" \t\r\n{ \t\r\n} \t\r\n")]
    [InlineData("""{"Endpoint":null,"DataType":null,"Accept":null,"Error":null,"ErrorMessage":null}""")]
    [InlineData("""{"Endpoint":"","DataType":0}""")]
    [InlineData("""{"Endpoints":"x","DataTyp":1,"Erro":2,"errormessages":"x","":9,"Endpoint ":"x"}""")]
    public void What_is_missing_null_or_unknown_is_zero(string json) => Assert.Equal((MessageHeaderFault.None, new MessageHeaderRecord()), Read(json));

    [Theory]
    [InlineData("""{"ENDPOINT":"Echo","datatype":2,"aCCEPT":3,"error":4,"errorMESSAGE":"no"}""")]
    [InlineData("""{"ErrorMessage":"no","Error":4,"Accept":3,"DataType":2,"Endpoint":"Echo"}""")]
    [InlineData(""" { "Endpoint" : "Echo" , "DataType" : 2 , "Accept" : 3 , "Error" : 4 , "ErrorMessage" : "no" } """)]
    [InlineData("""{"\u0045ndpoint":"\u0045c\u0068o","D\u0061taType":2,"\u0041ccept":3,"Err\u006Fr":4,"\u0065rrorMessage":"n\u006f"}""")]
    [InlineData("""{"x":{"Endpoint":"no","y":[1,-2.5e+3,{"Error":1}]},"Endpoint":"Echo","z":[],"DataType":2,"Accept":3,"t":true,"Error":4,"n":null,"ErrorMessage":"no","f":false}""")]
    public void Order_case_space_escapes_and_unknown_members_make_no_difference(string json) => Assert.Equal(Read(Canonical), Read(json));

    [Theory]
    [InlineData("""\"\\\/\b\f\n\r\t""", "\"\\/\b\f\n\r\t")]
    [InlineData("""\u003c\u003e\u0026\u2028\u2029""", "<>&\u2028\u2029")]
    [InlineData("""\u0022\u0027\u002B\u00e9\uD83E\uDD8A""", "\"'+é🦊")]
    [InlineData("""\u0000\u001f\u007f\uffff\ue000\ud7ff""", "\0\u001f\u007f\uffff\ue000\ud7ff")]
    [InlineData("é🦊+'", "é🦊+'")]
    public void Every_way_of_writing_a_string_reads_the_same(string escaped, string text)
    {
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read($$"""{"Endpoint":"{{escaped}}","ErrorMessage":"<{{escaped}}>"}""");
        Assert.Equal(MessageHeaderFault.None, fault);
        Assert.Equal(text, header.Endpoint);
        Assert.Equal($"<{text}>", header.ErrorMessage);
    }

    [Fact]
    public void Two_escaped_texts_may_fill_the_scratch()
    {
        // As many two-byte escapes as a header holds: the unescaped texts lie side by side in the scratch.
        string text = string.Concat(Enumerable.Repeat("""\n""", 1000));
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read($$"""{"Endpoint":"{{text}}","\u0078":"{{text[..40]}}","ErrorMessage":"{{text}}"}""");
        Assert.Equal(MessageHeaderFault.None, fault);
        Assert.Equal(new string('\n', 1000), header.Endpoint);
        Assert.Equal(new string('\n', 1000), header.ErrorMessage);
    }

    [Fact]
    public void A_string_without_escapes_is_a_slice_of_the_part()
    {
        byte[] json = Encoding.UTF8.GetBytes(Canonical);
        MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header);
        Assert.True(json.AsSpan().Overlaps(header.Endpoint, out int offset));
        Assert.Equal(Canonical.IndexOf("Echo", StringComparison.Ordinal), offset);
    }

    [Theory]
    [InlineData("""{"Endpoint":"a","Endpoint":"b"}""")]
    [InlineData("""{"Endpoint":"a","endpoint":"a"}""")]
    [InlineData("""{"Endpoint":"a","\u0065ndpoint":"b"}""")]
    [InlineData("""{"Endpoint":null,"ENDPOINT":"b"}""")]
    [InlineData("""{"Endpoint":"a","DataType":2,"x":0,"Endpoint":"b"}""")]
    [InlineData("""{"DataType":1,"DataType":2}""")]
    [InlineData("""{"Accept":1,"Accept":1}""")]
    [InlineData("""{"Error":1,"error":null}""")]
    [InlineData("""{"ErrorMessage":"","Errormessage":""}""")]
    public void A_known_member_twice_is_refused(string json) => Assert.Equal(MessageHeaderFault.DuplicateMember, Read(json).Fault);

    [Fact]
    public void Only_ascii_letters_have_a_case()
    {
        // U+017F is an s to Go.
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read("{\"ErrorMe\u017f\u017fage\":\"x\",\"ErrorMessage\":\"y\"}");
        Assert.Equal(MessageHeaderFault.None, fault);
        Assert.Equal("y", header.ErrorMessage);
    }

    [Fact]
    public void An_unknown_member_twice_is_ignored() => Assert.Equal(MessageHeaderFault.None, Read("""{"x":1,"x":2}""").Fault);

    [Theory]
    [InlineData("", MessageHeaderFault.Empty)]
    [InlineData(" \r\n\t", MessageHeaderFault.Empty)]
    [InlineData("null", MessageHeaderFault.NotAnObject)]
    [InlineData("[]", MessageHeaderFault.NotAnObject)]
    [InlineData("\"{}\"", MessageHeaderFault.NotAnObject)]
    [InlineData("\ufeff{}", MessageHeaderFault.NotAnObject)]
    [InlineData("{}{}", MessageHeaderFault.TrailingBytes)]
    [InlineData("{} x", MessageHeaderFault.TrailingBytes)]
    [InlineData("{}\0", MessageHeaderFault.TrailingBytes)]
    [InlineData("""{"Endpoint":1}""", MessageHeaderFault.WrongMemberType)]
    [InlineData("""{"Endpoint":["a"]}""", MessageHeaderFault.WrongMemberType)]
    [InlineData("""{"ErrorMessage":true}""", MessageHeaderFault.WrongMemberType)]
    [InlineData("""{"DataType":"2"}""", MessageHeaderFault.WrongMemberType)]
    [InlineData("""{"Accept":{}}""", MessageHeaderFault.WrongMemberType)]
    [InlineData("""{"Error":false}""", MessageHeaderFault.WrongMemberType)]
    [InlineData("""{"Error":256}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":2560}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":10000000000000000000000000}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":-1}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":-0}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":1.0}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":1e0}""", MessageHeaderFault.OutOfRange)]
    [InlineData("""{"Error":0.0001}""", MessageHeaderFault.OutOfRange)]
    public void Each_fault_has_its_name(string json, MessageHeaderFault fault) => Assert.Equal(fault, Read(json).Fault);

    [Theory]
    [InlineData("{")]
    [InlineData("""{"Endpoint":"a" """)]
    [InlineData("""{"Endpoint":"a",}""")]
    [InlineData("""{,"Endpoint":"a"}""")]
    [InlineData("""{"Endpoint":"a" "Error":1}""")]
    [InlineData("""{"Endpoint" "a"}""")]
    [InlineData("""{"Endpoint":}""")]
    [InlineData("""{Endpoint:"a"}""")]
    [InlineData("""{'Endpoint':"a"}""")]
    [InlineData("""{"Endpoint":'a'}""")]
    [InlineData("""{"Endpoint":nul}""")]
    [InlineData("""{"Endpoint":nullx}""")]
    [InlineData("""{"Endpoint":"a}""")]
    [InlineData("""{"Endpoint":"a\"}""")]
    [InlineData("""{"Endpoint":"\x41"}""")]
    [InlineData("""{"Endpoint":"\u12"}""")]
    [InlineData("""{"Endpoint":"\u12g4"}""")]
    [InlineData("{\"Endpoint\":\"a\nb\"}")]
    [InlineData("{\"x\":\"a\u001fb\"}")]
    [InlineData("""{"Error":01}""")]
    [InlineData("""{"Error":+1}""")]
    [InlineData("""{"Error":1.}""")]
    [InlineData("""{"Error":.1}""")]
    [InlineData("""{"Error":-}""")]
    [InlineData("""{"Error":1e}""")]
    [InlineData("""{"Error":0x1}""")]
    [InlineData("""{"Error":1a}""")]
    [InlineData("""{"x":[1,]}""")]
    [InlineData("""{"x":[1}""")]
    [InlineData("""{"x":{"a":1]}""")]
    [InlineData("""{"x":{"a"}}""")]
    [InlineData("""{"x":{1:2}}""")]
    [InlineData("""{"x":truE}""")]
    [InlineData("""{"x":NaN}""")]
    [InlineData("""{/**/}""")]
    public void Broken_syntax_is_refused(string json) => Assert.Equal(MessageHeaderFault.InvalidJson, Read(json).Fault);

    [Theory]
    [InlineData("""{"Endpoint":"\ud800"}""")]
    [InlineData("""{"Endpoint":"\udc00"}""")]
    [InlineData("""{"Endpoint":"\ud83ex"}""")]
    [InlineData("""{"Endpoint":"\ud83e\n"}""")]
    [InlineData("""{"Endpoint":"\ud83e\ndd8a"}""")]
    [InlineData("""{"Endpoint":"\ud83eu0dd8a"}""")]
    [InlineData("""{"Endpoint":"\ud83e\u0041"}""")]
    [InlineData("""{"Endpoint":"\udd8a\ud83e"}""")]
    [InlineData("""{"ErrorMessage":"\ud83e\ud83e\udd8a"}""")]
    [InlineData("""{"\ud800":1}""")]
    public void Half_of_a_surrogate_pair_is_refused(string json) => Assert.Equal(MessageHeaderFault.InvalidUtf8, Read(json).Fault);

    [Theory]
    [InlineData("ff")]
    [InlineData("c080")]
    [InlineData("eda080")]
    [InlineData("f4908080")]
    [InlineData("e28")]
    [InlineData("c3")]
    public void Bytes_that_are_not_utf8_are_refused(string hex)
    {
        byte[] bad = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0");
        Assert.Equal(MessageHeaderFault.InvalidUtf8, Read([.. "{\"Endpoint\":\""u8, .. bad, .. "\"}"u8]).Fault);
        Assert.Equal(MessageHeaderFault.InvalidUtf8, Read([.. "{\"x\":\""u8, .. bad, .. "\"}"u8]).Fault);
    }

    [Fact]
    public void Sixty_four_levels_are_read_and_one_more_is_not()
    {
        // The header is the first level.
        Assert.Equal(MessageHeaderFault.None, Read("{\"x\":" + new string('[', 63) + new string(']', 63) + "}").Fault);
        Assert.Equal(MessageHeaderFault.InvalidJson, Read("{\"x\":" + new string('[', 64) + new string(']', 64) + "}").Fault);
        string objects = string.Concat(Enumerable.Repeat("{\"x\":", 64));
        Assert.Equal(MessageHeaderFault.None, Read(objects + "1" + new string('}', 64)).Fault);
        Assert.Equal(MessageHeaderFault.InvalidJson, Read("{\"x\":" + objects + "1" + new string('}', 65)).Fault);
        Assert.Equal(MessageHeaderFault.InvalidJson, Read("{\"x\":" + new string('[', 4000)).Fault);
    }

    [Fact]
    public void The_limit_counts_white_space()
    {
        Assert.Equal(MessageHeaderFault.None, Read(Canonical.PadRight(4096)).Fault);
        Assert.Equal(MessageHeaderFault.TooLong, Read(Canonical.PadRight(4097)).Fault);
    }

    [Fact]
    public void A_refused_header_is_empty() => Assert.Equal(new MessageHeaderRecord(), Read("""{"Endpoint":"a","Error":1,"Error":2}""").Header);

    [Fact]
    public void Too_little_scratch_is_the_calling_codes_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MessageHeader.TryRead("{}"u8, new byte[MessageHeader.BytesMax - 1], out _));

    [Fact]
    public void Go_would_write_it_the_same_way()
    {
        string endpoint = "\"\\/<>&'+\b\f\n\r\t\0\u001f\u007fé🦊\u2028\u2029\u2027";
        string escaped = """\"\\/\u003c\u003e\u0026'+\b\f\n\r\t\u0000\u001f""" + "\u007fé🦊" + """\u2028\u2029""" + "\u2027";
        Assert.Equal($$"""{"Endpoint":"{{escaped}}","DataType":1,"Accept":0,"Error":200,"ErrorMessage":"x"}""", Written(endpoint, "x"));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_written_as_replacement_characters()
    {
        byte[] buffer = new byte[200];
        var header = new MessageHeader([0x61, 0xff, 0xe2, 0x80, 0x62], default, default, default, [0xc3]);
        string written = Encoding.UTF8.GetString(buffer, 0, header.Write(buffer));
        Assert.Equal("""{"Endpoint":"a\ufffd\ufffd\ufffdb","DataType":0,"Accept":0,"Error":0,"ErrorMessage":"\ufffd"}""", written);
    }

    [Fact]
    public void What_does_not_fit_is_not_written()
    {
        var header = new MessageHeader("E<"u8, DataType.Octets, DataType.Json, ReplyError.Server, "m\n"u8);
        byte[] whole = new byte[MessageHeader.BytesMax];
        int length = header.Write(whole);
        byte[] exact = new byte[length + 1];
        for (int room = 0; room < length; room++)
            Assert.Equal(0, header.Write(exact.AsSpan(0, room)));
        Assert.Equal(length, header.Write(exact.AsSpan(0, length)));
        Assert.Equal(0, header.WriteLine(exact.AsSpan(0, length)));
        Assert.Equal(length + 1, header.WriteLine(exact));
        Assert.Equal([.. whole[..length], (byte)'\n'], exact);
    }

    [Fact]
    public void Nothing_longer_than_a_header_part_is_written()
    {
        byte[] large = new byte[2 * MessageHeader.BytesMax];
        int frame = new MessageHeader([], default, default, default, []).Write(large);
        byte[] name = new byte[MessageHeader.BytesMax - frame];
        name.AsSpan().Fill((byte)'x');
        Assert.Equal(MessageHeader.BytesMax, new MessageHeader(name, default, default, default, []).Write(large));
        Assert.Equal(0, new MessageHeader(name, default, default, default, []).WriteLine(large));
        Assert.Equal(0, new MessageHeader(name, default, default, default, "x"u8).Write(large));
    }
}
