using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class FrameVectorTests
{
    public static IEnumerable<string> Names => [.. Vectors.Names.Where(name => name.StartsWith("zrepl-", StringComparison.Ordinal))];

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task Every_captured_frame_is_read_and_written_again(string name)
    {
        byte[] stream = Vectors.Bytes(name);
        byte[] written = new byte[FrameHeader.Bytes];
        DataType following = DataType.Absent;
        FrameHeader frame = default;
        int at = 0;
        while (at < stream.Length)
        {
            await Assert.That(frame.Type).IsNotEqualTo(FrameType.Reset);
            frame = FrameHeader.Read(stream.AsSpan(at));
            await Assert.That(frame.IsValid).IsTrue();
            frame.Write(written);
            await Assert.That(written).IsSequence(stream[at..(at + FrameHeader.Bytes)]);
            at += FrameHeader.Bytes;
            byte[] payload = stream[at..(at + (int)frame.PayloadLength)];
            at += payload.Length;
            if (frame.Type == FrameType.Header)
                following = await AssertSurvives(payload, name);
            else if (frame.Type == FrameType.Data && following == DataType.Json)
                await AssertOneLineOfJson(payload);
        }
        await Assert.That(at).IsEqualTo(stream.Length);
        await Assert.That(frame.Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    [Arguments("zrepl-echo.c2s", "Echo", DataType.Json, DataType.Json, ReplyError.Absent, "")]
    [Arguments("zrepl-upload10.c2s", "Upload", DataType.Octets, DataType.Json, ReplyError.Absent, "")]
    [Arguments("zrepl-stream10.s2c", "", DataType.Octets, DataType.Absent, ReplyError.Ok, "")]
    [Arguments("zrepl-fail.s2c", "", DataType.Absent, DataType.Absent, ReplyError.Undecided, "deliberate failure: why")]
    [Arguments("zrepl-unknown.s2c", "", DataType.Absent, DataType.Absent, ReplyError.Request, "unregistered endpoint NoSuchEndpoint")]
    public async Task The_first_header_says_what_the_capture_shows(
        string name, string endpoint, DataType dataType, DataType accept, ReplyError error, string message)
    {
        byte[] stream = Vectors.Bytes(name);
        var header = HeaderFields.Read(stream.AsSpan(FrameHeader.Bytes, (int)FrameHeader.Read(stream).PayloadLength));
        await Assert.That(header).IsEqualTo(new HeaderFields(endpoint, dataType, accept, error, message));
    }

    private static async Task<DataType> AssertSurvives(byte[] payload, string name)
    {
        var header = HeaderFields.Read(payload);
        await Assert.That(header.Write(line: true)).IsSequence(payload);
        await Assert.That(header.Write(line: false)).IsSequence(payload[..^1]);
        await Assert.That(header.Error == ReplyError.Absent).IsEqualTo(name.EndsWith(".c2s", StringComparison.Ordinal));
        return header.DataType;
    }

    private static async Task AssertOneLineOfJson(byte[] payload)
    {
        JsonChecker checker = default;
        await Assert.That(checker.Feed(payload)).IsTrue();
        await Assert.That(checker.Complete).IsTrue();
        await Assert.That(checker.TrailingWhitespace).IsEqualTo(1);
    }
}
