using System.Text;
using System.Text.Json;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.AotProgram;

/// <summary>The formats as spans in, spans out.</summary>
internal static class WireFormats
{
    public static Feature[] Features =>
    [
        new("frame headers", FrameHeaders),
        new("frame message headers", MessageHeaders),
        new("frame message headers as objects", MessageHeaderObjects),
        new("finding the parts of a frame message", Scan),
        new("checking JSON", CheckJson),
        new("smf headers", SmfHeaders),
        new("smf's smallest reply", EmptyReply),
        new("CRC-32 and xxHash64", Hashes),
    ];

    private static void FrameHeaders()
    {
        var header = new FrameHeader(FrameType.Data, NoMoreFrames: true, PayloadLength: FrameHeader.PayloadBytesMax);
        byte[] bytes = new byte[FrameHeader.Bytes];
        header.Write(bytes);
        Expect.Equal(header, FrameHeader.Read(bytes));
        Expect.True(header.IsValid);
        Expect.True(!(header with { PayloadLength = header.PayloadLength + 1 }).IsValid);
        Expect.Equal(FrameType.Reset, FrameHeader.Read(FrameHeader.Reset).Type);
    }

    private static void MessageHeaders()
    {
        byte[] written = new byte[MessageHeader.BytesMax];
        byte[] text = new byte[MessageHeader.BytesMax];
        var header = new MessageHeader("Echo"u8, DataType.Json, DataType.Octets, ReplyError.Server, "\"no\""u8);
        int bytes = header.WriteLine(written);
        Expect.Equal(bytes - 1, header.Write(written));
        Expect.Equal(MessageHeaderFault.None, MessageHeader.TryRead(written.AsSpan(0, bytes), text, out MessageHeader read));
        Expect.Bytes("Echo"u8, read.Endpoint);
        Expect.Equal((DataType.Json, DataType.Octets, ReplyError.Server), (read.DataType, read.Accept, read.Error));
        Expect.Bytes("\"no\""u8, read.ErrorMessage);
        Expect.Equal(MessageHeaderFault.NotAnObject, MessageHeader.TryRead("[]"u8, text, out _));
    }

    private static void MessageHeaderObjects()
    {
        const string Json = """{"Endpoint":"Echo","DataType":2,"Accept":3,"Error":0,"ErrorMessage":""}""";
        MessageHeaderRecord header = JsonSerializer.Deserialize(Json.Replace("Endpoint", "endpoint"), MessageHeaderJsonContext.Default.MessageHeaderRecord)!;
        Expect.Equal(new MessageHeaderRecord { Endpoint = "Echo", DataType = DataType.Json, Accept = DataType.Octets }, header);
        Expect.Equal(Json, JsonSerializer.Serialize(header, MessageHeaderJsonContext.Default.MessageHeaderRecord));
    }

    private static void Scan()
    {
        byte[] message = new byte[128];
        byte[] scratch = new byte[128];
        int header = new MessageHeader("Echo"u8, DataType.Json, DataType.None, ReplyError.Absent, ""u8).Write(message.AsSpan(FrameHeader.Bytes));
        new FrameHeader(FrameType.Header, NoMoreFrames: true, (uint)header).Write(message);
        int data = FrameHeader.Bytes + header;
        new FrameHeader(FrameType.Data, NoMoreFrames: true, PayloadLength: 2).Write(message.AsSpan(data));
        "{}"u8.CopyTo(message.AsSpan(data + FrameHeader.Bytes));
        int end = data + FrameHeader.Bytes + 2;

        var scanner = new MessageScanner();
        Expect.Equal(FrameFault.None, scanner.ScanHeader(message.AsSpan(0, 1)));
        Expect.Equal(FrameHeader.Bytes, scanner.Wanted);
        Expect.Equal(FrameFault.None, scanner.ScanHeader(message));
        Expect.Equal(FrameFault.None, scanner.ScanData(message));
        Expect.Equal((data, end), (scanner.HeaderEnd, scanner.End));
        Expect.Equal(header, scanner.Header(message, scratch).Length);
        Expect.Bytes("{}"u8, scanner.Data(message, scratch));
        Expect.Equal(FrameFault.Reset, new MessageScanner().ScanHeader(FrameHeader.Reset));
    }

    private static void CheckJson()
    {
        var checker = new JsonChecker();
        Expect.True(checker.Feed("{\"a\":["u8) && !checker.Complete && checker.IsObject);
        Expect.True(checker.Feed("\"]}\"]} \n"u8) && checker.Complete && !checker.CouldBeHeader);
        Expect.Equal(2, checker.TrailingWhitespace);
        Expect.True(!checker.Feed("1"u8));
        var header = new JsonChecker();
        Expect.True(header.Feed("{\"numbers\":[1,2.5,-3e10,true,null],\"text\":\"\u00e9\\u00e9 and more than one block\",\"\\u0065ndpoint\":1}"u8) && header.CouldBeHeader);
    }

    private static void SmfHeaders()
    {
        byte[] payload = Encoding.UTF8.GetBytes("payload");
        var header = new SmfHeader(SmfCompression.None, 0, Session: 7, (uint)payload.Length, SmfChecksum.Of(payload), Meta: 1);
        byte[] bytes = new byte[SmfHeader.Bytes];
        header.Write(bytes);
        SmfHeader.WriteSession(bytes, 8);
        Expect.Equal(header with { Session = 8 }, SmfHeader.Read(bytes));
        Expect.Equal((SmfFault.None, SmfFault.None), (header.CheckRequest(), header.CheckReply()));
        Expect.Equal(SmfFault.NoStatus, (header with { Meta = 0 }).CheckReply());
        Expect.True(SmfTableOutline.IsTable(SmfEmptyReply.Payload) && !SmfTableOutline.IsTable(payload));
    }

    private static void EmptyReply()
    {
        byte[] reply = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(reply, session: 9, SmfStatus.NotFound);
        var header = SmfHeader.Read(reply);
        Expect.Equal((9, SmfStatus.NotFound), (header.Session, header.Meta));
        Expect.Bytes(SmfEmptyReply.Payload, reply.AsSpan(SmfHeader.Bytes));
        Expect.Equal(SmfChecksum.Of(SmfEmptyReply.Payload), header.Checksum);
    }

    private static void Hashes()
    {
        // The check value of the CRC catalogues, and the hash of nothing in xxHash's specification.
        Expect.Equal(new RequestId(0xCBF43926), RequestId.ForEndpoint("123456789"u8));
        Expect.Equal(0x51D8E999u, SmfChecksum.Of([]));
    }
}
