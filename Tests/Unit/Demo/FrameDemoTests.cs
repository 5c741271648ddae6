using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Demo;

public sealed class FrameDemoTests : IDisposable
{
    private const int FrameBytesMax = FrameHeader.PayloadBytesMax;

    private readonly DemoClient _client = new(WireFormat.Frame);

    public void Dispose()
    {
        Must.Hold(_client.Exceptions == 0);
        _client.Dispose();
    }

    [Test]
    public async Task Json_is_sent_back_in_one_piece_without_its_newline()
    {
        _client.Send(FrameBytes.Request("Echo", DataType.Json, FrameBytes.Text("{\"Msg\":\"hello\"}\n")));
        await AssertReply([.. FrameBytes.Ok(DataType.Json), .. FrameBytes.Data(FrameBytes.Text("{\"Msg\":\"hello\"}"))]);
    }

    [Test]
    public async Task A_captured_session_gets_its_reply_and_its_goodbye()
    {
        _client.Send(Vectors.Bytes("zrepl-echo.c2s"));
        await AssertReply([.. FrameBytes.Ok(DataType.Json), .. FrameBytes.Data(FrameBytes.Text("{\"Msg\":\"0xxxxxxx\"}")), .. FrameBytes.Reset]);
        AssertEnd();
    }

    [Test]
    public async Task A_captured_download_has_the_captured_content()
    {
        _client.Send(Vectors.Bytes("zrepl-stream10.c2s"));
        await AssertReply([.. FrameBytes.Ok(DataType.Octets), .. FrameBytes.Data([0, 0, 0, 0, 0, 0, 0, 0, 3, 0xf1]), .. FrameBytes.Reset]);
        AssertEnd();
    }

    [Test]
    public async Task A_captured_upload_is_counted()
    {
        _client.Send(Vectors.Bytes("zrepl-upload10.c2s"));
        await AssertReply([.. FrameBytes.Ok(DataType.Json), .. FrameBytes.Data(FrameBytes.Text("{\"Bytes\":10}")), .. FrameBytes.Reset]);
        AssertEnd();
    }

    [Test]
    public async Task None_is_sent_back_as_none()
    {
        _client.Send(FrameBytes.Request("Echo", DataType.None, [[]]));
        await AssertReply([.. FrameBytes.Ok(DataType.None), .. FrameBytes.Data([[]])]);
    }

    [Test]
    public async Task Octets_come_back_in_the_frames_they_came_in()
    {
        byte[] data = FrameBytes.Data([1, 2, 3], [], [4, 5], []);
        _client.Send([.. FrameBytes.Request("Echo", DataType.Octets, [[]])[..^FrameHeader.Bytes], .. data]);
        await AssertReply([.. FrameBytes.Ok(DataType.Octets), .. data]);
    }

    [Test]
    public async Task Single_bytes_are_as_good_as_one_write()
    {
        byte[] call = FrameBytes.Request("Echo", DataType.Json, FrameBytes.Text("[1,"), FrameBytes.Text("2]\n"));
        _client.SendInBytes([.. call, .. FrameBytes.Request("Echo", DataType.Octets, [7, 8], [9])]);
        await AssertReply(
        [
            .. FrameBytes.Ok(DataType.Json), .. FrameBytes.Data(FrameBytes.Text("[1,2]")),
            // A Unix socket cannot be reset, so a last frame that came in pieces is followed by an empty one that ends the part.
            .. FrameBytes.Ok(DataType.Octets), .. FrameBytes.Data([7, 8], [9], []),
        ]);
    }

    [Test]
    public async Task Pipelined_requests_are_answered_in_order_also_behind_a_stream()
    {
        _client.Send([.. Stream(300_000), .. FrameBytes.Request("Echo", DataType.Json, "7"u8.ToArray()), .. Stream(0)]);
        byte[] content = new byte[300_000];
        DemoContent.Fill(content, 0);
        await AssertReply(
        [
            .. FrameBytes.Ok(DataType.Octets), .. FrameBytes.Data(content),
            .. FrameBytes.Ok(DataType.Json), .. FrameBytes.Data("7"u8.ToArray()),
            .. FrameBytes.Ok(DataType.Octets), .. FrameBytes.Data([[]]),
        ]);
    }

    [Test]
    [Arguments(FrameBytesMax - 1, 1)]
    [Arguments(FrameBytesMax, 2)]
    [Arguments(FrameBytesMax + 1, 2)]
    [Arguments(2 * FrameBytesMax, 3)]
    public async Task A_stream_has_frames_of_4_MiB_and_a_shorter_last_one(int bytes, int frames)
    {
        _client.Send(Stream(bytes));
        byte[] header = FrameBytes.Ok(DataType.Octets);
        byte[] received = _client.Receive(header.Length + frames * FrameHeader.Bytes + bytes);
        int at = header.Length;
        long offset = 0;
        for (int i = 1; i <= frames; i++)
        {
            var frame = FrameHeader.Read(received.AsSpan(at));
            await Assert.That(frame).IsEqualTo(new FrameHeader(FrameType.Data, i == frames, (uint)(i < frames ? FrameBytesMax : bytes - offset)));
            at += FrameHeader.Bytes;
            await Assert.That(DemoContent.Matches(received.AsSpan(at, (int)frame.PayloadLength), offset)).IsTrue();
            at += (int)frame.PayloadLength;
            offset += frame.PayloadLength;
        }
        await Assert.That(at).IsEqualTo(received.Length);
    }

    [Test]
    public async Task A_client_that_does_not_read_holds_up_the_stream_and_not_more()
    {
        _client.StopReading();
        _client.Send(Stream(1L << 40));
        _client.Turn(200);
        await Assert.That(_client.Server.OutputBytes).IsBetween(1, 256 * 1024);
        _client.ReadOn();
        _client.Receive(10_000_000);
    }

    [Test]
    public async Task A_client_that_does_not_read_its_echo_is_not_read_either()
    {
        byte[] octets = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(octets);
        byte[] data = FrameBytes.Data(octets[..FrameBytesMax], octets[FrameBytesMax..], []);
        _client.StopReading();
        _client.Send([.. FrameBytes.Request("Echo", DataType.Octets, [[]])[..^FrameHeader.Bytes], .. data]);
        _client.Turn(500);
        await Assert.That(_client.Server.OutputBytes).IsBetween(1, 512 * 1024);
        _client.ReadOn();
        await AssertReply([.. FrameBytes.Ok(DataType.Octets), .. data]);
    }

    [Test]
    public void Json_larger_than_what_is_held_is_sent_back_as_it_comes()
    {
        byte[] json = FrameBytes.Text($"\"{new string('x', 3_000_000)}\"");
        _client.Send(FrameBytes.Request("Echo", DataType.Json, [.. json, (byte)'\n']));
        byte[] ok = FrameBytes.Ok(DataType.Json);
        _client.Pump(() => Payload(_client.Received.AsSpan(Math.Min(ok.Length, _client.Received.Length))) is { } back && back.AsSpan().SequenceEqual(json), "the JSON");
    }

    [Test]
    [Arguments("NoSuchEndpoint", DataType.Json, "no such endpoint")]
    [Arguments("Stream", DataType.Octets, "Stream takes")]
    [Arguments("Upload", DataType.Json, "Upload takes")]
    [Arguments("Echo", (DataType)9, "DataType")]
    public async Task A_refused_request_is_read_away_before_the_error_reply(string endpoint, DataType dataType, string message)
    {
        byte[] looksLikeARequest = FrameBytes.Request("Echo", DataType.Json, "1"u8.ToArray());
        byte[] request = FrameBytes.Request(endpoint, dataType, looksLikeARequest, looksLikeARequest);
        _client.Send(request.AsSpan(0, request.Length - 1));
        _client.Turn(10);
        await Assert.That(_client.Received).IsEmpty();
        _client.Send(request.AsSpan(request.Length - 1));
        await AssertErrorThenUsable(message);
    }

    [Test]
    [Arguments("null", "not a JSON object")]
    [Arguments("{\"Endpoint\":", "not one valid JSON object")]
    [Arguments("", "not one valid JSON object")]
    public async Task A_faulty_header_is_answered_after_its_data(string header, string message)
    {
        _client.Send([.. FrameBytes.Frame(FrameType.Header, true, FrameBytes.Text(header)), .. FrameBytes.Data("{}"u8.ToArray())]);
        await AssertErrorThenUsable(message);
    }

    [Test]
    public async Task A_header_that_is_too_long_is_read_away_although_it_came_at_once()
    {
        _client.Send([.. FrameBytes.Frame(FrameType.Header, true, new byte[5000]), .. FrameBytes.Data("{}"u8.ToArray())]);
        await AssertErrorThenUsable("longer than 4096");
    }

    [Test]
    [Arguments("1 2")]
    [Arguments("{")]
    [Arguments("")]
    public async Task Json_that_is_not_one_value_is_refused(string json)
    {
        _client.Send(FrameBytes.Request("Echo", DataType.Json, FrameBytes.Text(json)));
        await AssertErrorThenUsable("exactly one value");
    }

    [Test]
    [Arguments("{\"Bytes\":-1}")]
    [Arguments("{\"Bytes\":\"many\"}")]
    [Arguments("{}")]
    [Arguments("null")]
    public async Task A_stream_of_no_known_length_is_refused(string json)
    {
        _client.Send(FrameBytes.Request("Stream", DataType.Json, FrameBytes.Text(json)));
        await AssertErrorThenUsable("Stream takes");
    }

    [Test]
    public async Task A_wrong_frame_type_gets_an_error_reply_and_the_end()
    {
        _client.Send([.. FrameBytes.Request("Echo", DataType.Json, "1"u8.ToArray())[..^7], .. FrameBytes.Frame(FrameType.Header, true, "{}"u8)]);
        _client.Pump(() => _client.SawEnd, "the end");
        await Assert.That(System.Text.Encoding.UTF8.GetString(_client.Received)).Contains("a frame of an unexpected type", StringComparison.Ordinal);
        await Assert.That(_client.Received[^FrameHeader.Bytes..]).IsSequence(FrameBytes.Reset);
    }

    [Test]
    public async Task A_reset_between_calls_is_answered_by_one()
    {
        _client.Send(FrameBytes.Reset);
        await AssertReply(FrameBytes.Reset);
        AssertEnd();
    }

    [Test]
    public async Task A_reset_in_an_upload_is_answered_by_one_and_no_reply()
    {
        _client.Send([.. FrameBytes.Request("Upload", DataType.Octets, [1, 2], [])[..^FrameHeader.Bytes], .. FrameBytes.Reset]);
        await AssertReply(FrameBytes.Reset);
        AssertEnd();
    }

    [Test]
    public async Task An_upload_that_is_cut_short_is_not_answered_as_if_it_were_whole()
    {
        byte[] request = FrameBytes.Request("Upload", DataType.Octets, [1, 2, 3]);
        _client.Send(request.AsSpan(0, request.Length - 1));
        _client.Turn(4);
        _client.Close();
        _client.Pump(() => _client.ServersClosed == 1, "the server's end");
        await Assert.That(_client.Received).IsEmpty();
    }

    [Test]
    public void An_orderly_end_is_answered_by_a_reset_frame()
    {
        _client.EndSending();
        _client.Pump(() => _client.ServersClosed == 1, "the server's end");
    }

    private static byte[] Stream(long bytes) => FrameBytes.Request("Stream", DataType.Json, FrameBytes.Text($$"""{"Bytes":{{bytes}},"FailAt":0}""" + "\n"));

    private async Task AssertReply(byte[] expected)
    {
        byte[] received = _client.Receive(expected.Length);
        await Assert.That(expected.AsSpan().SequenceEqual(received)).IsTrue().Because($"expected {Show(expected)}\nreceived {Show(received)}");
    }

    private void AssertEnd() => _client.Pump(() => _client.SawEnd && _client.ServersClosed == 1, "the end");

    /// <summary>One error reply, with the request at fault, and no data part: the next call is answered.</summary>
    private async Task AssertErrorThenUsable(string message)
    {
        _client.Send(FrameBytes.Request("Echo", DataType.Json, "true"u8.ToArray()));
        byte[] next = [.. FrameBytes.Ok(DataType.Json), .. FrameBytes.Data("true"u8.ToArray())];
        _client.Pump(() => _client.Received.AsSpan().EndsWith(next), "the reply to the call after the refused one");
        byte[] error = _client.Received[..^next.Length];
        var frame = FrameHeader.Read(error);
        await Assert.That(frame).IsEqualTo(new FrameHeader(FrameType.Header, true, (uint)(error.Length - FrameHeader.Bytes)));
        var header = HeaderFields.Read(error.AsSpan(FrameHeader.Bytes));
        await Assert.That(header.Error).IsEqualTo(ReplyError.Request);
        await Assert.That(header.ErrorMessage).Contains(message, StringComparison.Ordinal);
    }

    /// <summary>The payload of a whole data part, or null while it is not whole.</summary>
    private static byte[]? Payload(ReadOnlySpan<byte> part)
    {
        var payload = new List<byte>();
        while (part.Length >= FrameHeader.Bytes)
        {
            var frame = FrameHeader.Read(part);
            part = part[FrameHeader.Bytes..];
            if (part.Length < frame.PayloadLength)
                return null;
            payload.AddRange(part[..(int)frame.PayloadLength]);
            part = part[(int)frame.PayloadLength..];
            if (frame.NoMoreFrames)
                return [.. payload];
        }
        return null;
    }

    private static string Show(byte[] bytes) => $"{bytes.Length} bytes: {Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 400)))}";
}
