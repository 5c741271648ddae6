using System.Text;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class FrameVectorTests
{
    public static TheoryData<string> Names => [.. Vectors.Names.Where(name => name.StartsWith("zrepl-", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_captured_frame_is_read_and_written_again(string name)
    {
        byte[] stream = Vectors.Bytes(name);
        byte[] written = new byte[FrameHeader.Bytes];
        DataType following = DataType.Absent;
        FrameHeader frame = default;
        int at = 0;
        while (at < stream.Length)
        {
            Assert.NotEqual(FrameType.Reset, frame.Type);
            frame = FrameHeader.Read(stream.AsSpan(at));
            Assert.True(frame.IsValid);
            frame.Write(written);
            Assert.Equal(stream[at..(at + FrameHeader.Bytes)], written);
            at += FrameHeader.Bytes;
            byte[] payload = stream[at..(at + (int)frame.PayloadLength)];
            at += payload.Length;
            if (frame.Type == FrameType.Header)
                following = AssertSurvives(payload, name);
            else if (frame.Type == FrameType.Data && following == DataType.Json)
                AssertOneLineOfJson(payload);
        }
        Assert.Equal(stream.Length, at);
        Assert.Equal(FrameType.Reset, frame.Type);
    }

    [Theory]
    [InlineData("zrepl-echo.c2s", "Echo", DataType.Json, DataType.Json, ReplyError.Absent, "")]
    [InlineData("zrepl-upload10.c2s", "Upload", DataType.Octets, DataType.Json, ReplyError.Absent, "")]
    [InlineData("zrepl-stream10.s2c", "", DataType.Octets, DataType.Absent, ReplyError.Ok, "")]
    [InlineData("zrepl-fail.s2c", "", DataType.Absent, DataType.Absent, ReplyError.Undecided, "deliberate failure: why")]
    [InlineData("zrepl-unknown.s2c", "", DataType.Absent, DataType.Absent, ReplyError.Request, "unregistered endpoint NoSuchEndpoint")]
    public void The_first_header_says_what_the_capture_shows(
        string name, string endpoint, DataType dataType, DataType accept, ReplyError error, string message)
    {
        byte[] stream = Vectors.Bytes(name);
        ReadOnlySpan<byte> json = stream.AsSpan(FrameHeader.Bytes, (int)FrameHeader.Read(stream).PayloadLength);
        Assert.Equal(MessageHeaderFault.None, MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header));
        Assert.Equal(endpoint, Encoding.UTF8.GetString(header.Endpoint));
        Assert.Equal(dataType, header.DataType);
        Assert.Equal(accept, header.Accept);
        Assert.Equal(error, header.Error);
        Assert.Equal(message, Encoding.UTF8.GetString(header.ErrorMessage));
    }

    private static DataType AssertSurvives(byte[] payload, string name)
    {
        byte[] written = new byte[MessageHeader.BytesMax];
        Assert.Equal(MessageHeaderFault.None, MessageHeader.TryRead(payload, new byte[MessageHeader.BytesMax], out MessageHeader header));
        Assert.Equal(payload, written[..header.WriteLine(written)]);
        Assert.Equal(payload[..^1], written[..header.Write(written)]);
        Assert.Equal(name.EndsWith(".c2s", StringComparison.Ordinal), header.Error == ReplyError.Absent);
        return header.DataType;
    }

    private static void AssertOneLineOfJson(byte[] payload)
    {
        JsonChecker checker = default;
        Assert.True(checker.Feed(payload));
        Assert.True(checker.Complete);
        Assert.Equal(1, checker.TrailingWhitespace);
    }
}
