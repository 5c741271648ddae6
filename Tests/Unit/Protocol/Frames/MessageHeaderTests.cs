using System.Text;
using FrameRpc.Protocol.Frames;

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

    [Test]
    public async Task All_five_members_are_read()
    {
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read(Canonical);
        await Assert.That(fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(header)
            .IsEqualTo(new MessageHeaderRecord { Endpoint = "Echo", DataType = DataType.Json, Accept = DataType.Octets, Error = ReplyError.Undecided, ErrorMessage = "no" });
    }

    [Test]
    [Arguments("{}")]
    [Arguments(" \t\r\n{ \t\r\n} \t\r\n")]
    [Arguments("""{"Endpoint":null,"DataType":null,"Accept":null,"Error":null,"ErrorMessage":null}""")]
    [Arguments("""{"Endpoint":"","DataType":0}""")]
    [Arguments("""{"Endpoints":"x","DataTyp":1,"Erro":2,"errormessages":"x","":9,"Endpoint ":"x"}""")]
    public async Task What_is_missing_null_or_unknown_is_zero(string json) =>
        await Assert.That(Read(json)).IsEqualTo((MessageHeaderFault.None, new MessageHeaderRecord()));

    [Test]
    [Arguments("""{"ENDPOINT":"Echo","datatype":2,"aCCEPT":3,"error":4,"errorMESSAGE":"no"}""")]
    [Arguments("""{"ErrorMessage":"no","Error":4,"Accept":3,"DataType":2,"Endpoint":"Echo"}""")]
    [Arguments(""" { "Endpoint" : "Echo" , "DataType" : 2 , "Accept" : 3 , "Error" : 4 , "ErrorMessage" : "no" } """)]
    [Arguments("""{"\u0045ndpoint":"\u0045c\u0068o","D\u0061taType":2,"\u0041ccept":3,"Err\u006Fr":4,"\u0065rrorMessage":"n\u006f"}""")]
    [Arguments("""{"x":{"Endpoint":"no","y":[1,-2.5e+3,{"Error":1}]},"Endpoint":"Echo","z":[],"DataType":2,"Accept":3,"t":true,"Error":4,"n":null,"ErrorMessage":"no","f":false}""")]
    public async Task Order_case_space_escapes_and_unknown_members_make_no_difference(string json) => await Assert.That(Read(json)).IsEqualTo(Read(Canonical));

    [Test]
    [Arguments("""\"\\\/\b\f\n\r\t""", "\"\\/\b\f\n\r\t")]
    [Arguments("""\u003c\u003e\u0026\u2028\u2029""", "<>&\u2028\u2029")]
    [Arguments("""\u0022\u0027\u002B\u00e9\uD83E\uDD8A""", "\"'+é🦊")]
    [Arguments("""\u0000\u001f\u007f\uffff\ue000\ud7ff""", "\0\u001f\u007f\uffff\ue000\ud7ff")]
    [Arguments("é🦊+'", "é🦊+'")]
    public async Task Every_way_of_writing_a_string_reads_the_same(string escaped, string text)
    {
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read($$"""{"Endpoint":"{{escaped}}","ErrorMessage":"<{{escaped}}>"}""");
        await Assert.That(fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(header.Endpoint).IsEqualTo(text);
        await Assert.That(header.ErrorMessage).IsEqualTo($"<{text}>");
    }

    [Test]
    public async Task Two_escaped_texts_may_fill_the_scratch()
    {
        // As many two-byte escapes as a header holds: the unescaped texts lie side by side in the scratch.
        string text = string.Concat(Enumerable.Repeat("""\n""", 1000));
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read($$"""{"Endpoint":"{{text}}","\u0078":"{{text[..40]}}","ErrorMessage":"{{text}}"}""");
        await Assert.That(fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(header.Endpoint).IsEqualTo(new string('\n', 1000));
        await Assert.That(header.ErrorMessage).IsEqualTo(new string('\n', 1000));
    }

    [Test]
    public async Task A_string_without_escapes_is_a_slice_of_the_part()
    {
        byte[] json = Encoding.UTF8.GetBytes(Canonical);
        MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header);
        await Assert.That(json.AsSpan().Overlaps(header.Endpoint, out int offset)).IsTrue();
        await Assert.That(offset).IsEqualTo(Canonical.IndexOf("Echo", StringComparison.Ordinal));
    }

    [Test]
    [Arguments("""{"Endpoint":"a","Endpoint":"b"}""")]
    [Arguments("""{"Endpoint":"a","endpoint":"a"}""")]
    [Arguments("""{"Endpoint":"a","\u0065ndpoint":"b"}""")]
    [Arguments("""{"Endpoint":null,"ENDPOINT":"b"}""")]
    [Arguments("""{"Endpoint":"a","DataType":2,"x":0,"Endpoint":"b"}""")]
    [Arguments("""{"DataType":1,"DataType":2}""")]
    [Arguments("""{"Accept":1,"Accept":1}""")]
    [Arguments("""{"Error":1,"error":null}""")]
    [Arguments("""{"ErrorMessage":"","Errormessage":""}""")]
    public async Task A_known_member_twice_is_refused(string json) => await Assert.That(Read(json).Fault).IsEqualTo(MessageHeaderFault.DuplicateMember);

    [Test]
    public async Task Only_ascii_letters_have_a_case()
    {
        // U+017F is an s to Go.
        (MessageHeaderFault fault, MessageHeaderRecord header) = Read("{\"ErrorMe\u017f\u017fage\":\"x\",\"ErrorMessage\":\"y\"}");
        await Assert.That(fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(header.ErrorMessage).IsEqualTo("y");
    }

    [Test]
    public async Task An_unknown_member_twice_is_ignored() => await Assert.That(Read("""{"x":1,"x":2}""").Fault).IsEqualTo(MessageHeaderFault.None);

    [Test]
    [Arguments("", MessageHeaderFault.Empty)]
    [Arguments(" \r\n\t", MessageHeaderFault.Empty)]
    [Arguments("null", MessageHeaderFault.NotAnObject)]
    [Arguments("[]", MessageHeaderFault.NotAnObject)]
    [Arguments("\"{}\"", MessageHeaderFault.NotAnObject)]
    [Arguments("\ufeff{}", MessageHeaderFault.NotAnObject)]
    [Arguments("{}{}", MessageHeaderFault.TrailingBytes)]
    [Arguments("{} x", MessageHeaderFault.TrailingBytes)]
    [Arguments("{}\0", MessageHeaderFault.TrailingBytes)]
    [Arguments("""{"Endpoint":1}""", MessageHeaderFault.WrongMemberType)]
    [Arguments("""{"Endpoint":["a"]}""", MessageHeaderFault.WrongMemberType)]
    [Arguments("""{"ErrorMessage":true}""", MessageHeaderFault.WrongMemberType)]
    [Arguments("""{"DataType":"2"}""", MessageHeaderFault.WrongMemberType)]
    [Arguments("""{"Accept":{}}""", MessageHeaderFault.WrongMemberType)]
    [Arguments("""{"Error":false}""", MessageHeaderFault.WrongMemberType)]
    [Arguments("""{"Error":256}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":2560}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":10000000000000000000000000}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":-1}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":-0}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":1.0}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":1e0}""", MessageHeaderFault.OutOfRange)]
    [Arguments("""{"Error":0.0001}""", MessageHeaderFault.OutOfRange)]
    public async Task Each_fault_has_its_name(string json, MessageHeaderFault fault) => await Assert.That(Read(json).Fault).IsEqualTo(fault);

    [Test]
    [Arguments("{")]
    [Arguments("""{"Endpoint":"a" """)]
    [Arguments("""{"Endpoint":"a",}""")]
    [Arguments("""{,"Endpoint":"a"}""")]
    [Arguments("""{"Endpoint":"a" "Error":1}""")]
    [Arguments("""{"Endpoint" "a"}""")]
    [Arguments("""{"Endpoint":}""")]
    [Arguments("""{Endpoint:"a"}""")]
    [Arguments("""{'Endpoint':"a"}""")]
    [Arguments("""{"Endpoint":'a'}""")]
    [Arguments("""{"Endpoint":nul}""")]
    [Arguments("""{"Endpoint":nullx}""")]
    [Arguments("""{"Endpoint":"a}""")]
    [Arguments("""{"Endpoint":"a\"}""")]
    [Arguments("""{"Endpoint":"\x41"}""")]
    [Arguments("""{"Endpoint":"\u12"}""")]
    [Arguments("""{"Endpoint":"\u12g4"}""")]
    [Arguments("{\"Endpoint\":\"a\nb\"}")]
    [Arguments("{\"x\":\"a\u001fb\"}")]
    [Arguments("""{"Error":01}""")]
    [Arguments("""{"Error":+1}""")]
    [Arguments("""{"Error":1.}""")]
    [Arguments("""{"Error":.1}""")]
    [Arguments("""{"Error":-}""")]
    [Arguments("""{"Error":1e}""")]
    [Arguments("""{"Error":0x1}""")]
    [Arguments("""{"Error":1a}""")]
    [Arguments("""{"x":[1,]}""")]
    [Arguments("""{"x":[1}""")]
    [Arguments("""{"x":{"a":1]}""")]
    [Arguments("""{"x":{"a"}}""")]
    [Arguments("""{"x":{1:2}}""")]
    [Arguments("""{"x":truE}""")]
    [Arguments("""{"x":NaN}""")]
    [Arguments("""{/**/}""")]
    public async Task Broken_syntax_is_refused(string json) => await Assert.That(Read(json).Fault).IsEqualTo(MessageHeaderFault.InvalidJson);

    [Test]
    [Arguments("""{"Endpoint":"\ud800"}""")]
    [Arguments("""{"Endpoint":"\udc00"}""")]
    [Arguments("""{"Endpoint":"\ud83ex"}""")]
    [Arguments("""{"Endpoint":"\ud83e\n"}""")]
    [Arguments("""{"Endpoint":"\ud83e\ndd8a"}""")]
    [Arguments("""{"Endpoint":"\ud83eu0dd8a"}""")]
    [Arguments("""{"Endpoint":"\ud83e\u0041"}""")]
    [Arguments("""{"Endpoint":"\udd8a\ud83e"}""")]
    [Arguments("""{"ErrorMessage":"\ud83e\ud83e\udd8a"}""")]
    [Arguments("""{"\ud800":1}""")]
    public async Task Half_of_a_surrogate_pair_is_refused(string json) => await Assert.That(Read(json).Fault).IsEqualTo(MessageHeaderFault.InvalidUtf8);

    [Test]
    [Arguments("ff")]
    [Arguments("c080")]
    [Arguments("eda080")]
    [Arguments("f4908080")]
    [Arguments("e28")]
    [Arguments("c3")]
    public async Task Bytes_that_are_not_utf8_are_refused(string hex)
    {
        byte[] bad = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0");
        await Assert.That(Read([.. "{\"Endpoint\":\""u8, .. bad, .. "\"}"u8]).Fault).IsEqualTo(MessageHeaderFault.InvalidUtf8);
        await Assert.That(Read([.. "{\"x\":\""u8, .. bad, .. "\"}"u8]).Fault).IsEqualTo(MessageHeaderFault.InvalidUtf8);
    }

    [Test]
    public async Task Sixty_four_levels_are_read_and_one_more_is_not()
    {
        // The header is the first level.
        await Assert.That(Read("{\"x\":" + new string('[', 63) + new string(']', 63) + "}").Fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(Read("{\"x\":" + new string('[', 64) + new string(']', 64) + "}").Fault).IsEqualTo(MessageHeaderFault.InvalidJson);
        string objects = string.Concat(Enumerable.Repeat("{\"x\":", 64));
        await Assert.That(Read(objects + "1" + new string('}', 64)).Fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(Read("{\"x\":" + objects + "1" + new string('}', 65)).Fault).IsEqualTo(MessageHeaderFault.InvalidJson);
        await Assert.That(Read("{\"x\":" + new string('[', 4000)).Fault).IsEqualTo(MessageHeaderFault.InvalidJson);
    }

    [Test]
    public async Task The_limit_counts_white_space()
    {
        await Assert.That(Read(Canonical.PadRight(4096)).Fault).IsEqualTo(MessageHeaderFault.None);
        await Assert.That(Read(Canonical.PadRight(4097)).Fault).IsEqualTo(MessageHeaderFault.TooLong);
    }

    [Test]
    public async Task A_refused_header_is_empty() =>
        await Assert.That(Read("""{"Endpoint":"a","Error":1,"Error":2}""").Header).IsEqualTo(new MessageHeaderRecord());

    [Test]
    public void Too_little_scratch_is_the_calling_codes_mistake() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => MessageHeader.TryRead("{}"u8, new byte[MessageHeader.BytesMax - 1], out _));

    [Test]
    public async Task Go_would_write_it_the_same_way()
    {
        string endpoint = "\"\\/<>&'+\b\f\n\r\t\0\u001f\u007fé🦊\u2028\u2029\u2027";
        string escaped = """\"\\/\u003c\u003e\u0026'+\b\f\n\r\t\u0000\u001f""" + "\u007fé🦊" + """\u2028\u2029""" + "\u2027";
        await Assert.That(Written(endpoint, "x")).IsEqualTo($$"""{"Endpoint":"{{escaped}}","DataType":1,"Accept":0,"Error":200,"ErrorMessage":"x"}""");
    }

    [Test]
    public async Task Bytes_that_are_not_utf8_are_written_as_replacement_characters()
    {
        byte[] buffer = new byte[200];
        var header = new MessageHeader([0x61, 0xff, 0xe2, 0x80, 0x62], default, default, default, [0xc3]);
        string written = Encoding.UTF8.GetString(buffer, 0, header.Write(buffer));
        await Assert.That(written).IsEqualTo("""{"Endpoint":"a\ufffd\ufffd\ufffdb","DataType":0,"Accept":0,"Error":0,"ErrorMessage":"\ufffd"}""");
    }

    [Test]
    public async Task What_does_not_fit_is_not_written()
    {
        static MessageHeader Header() => new("E<"u8, DataType.Octets, DataType.Json, ReplyError.Server, "m\n"u8);
        byte[] whole = new byte[MessageHeader.BytesMax];
        int length = Header().Write(whole);
        byte[] exact = new byte[length + 1];
        for (int room = 0; room < length; room++)
            await Assert.That(Header().Write(exact.AsSpan(0, room))).IsEqualTo(0);
        await Assert.That(Header().Write(exact.AsSpan(0, length))).IsEqualTo(length);
        await Assert.That(Header().WriteLine(exact.AsSpan(0, length))).IsEqualTo(0);
        await Assert.That(Header().WriteLine(exact)).IsEqualTo(length + 1);
        await Assert.That(exact).IsSequence([.. whole[..length], (byte)'\n']);
    }

    [Test]
    public async Task Nothing_longer_than_a_header_part_is_written()
    {
        byte[] large = new byte[2 * MessageHeader.BytesMax];
        int frame = new MessageHeader([], default, default, default, []).Write(large);
        byte[] name = new byte[MessageHeader.BytesMax - frame];
        name.AsSpan().Fill((byte)'x');
        await Assert.That(new MessageHeader(name, default, default, default, []).Write(large)).IsEqualTo(MessageHeader.BytesMax);
        await Assert.That(new MessageHeader(name, default, default, default, []).WriteLine(large)).IsEqualTo(0);
        await Assert.That(new MessageHeader(name, default, default, default, "x"u8).Write(large)).IsEqualTo(0);
    }
}
