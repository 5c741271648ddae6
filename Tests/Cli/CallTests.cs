using System.Net;
using System.Net.Sockets;
using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Cli;

public sealed class CallTests
{
    private const string EchoRequest = """{"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}""";

    [Fact]
    public async Task An_smf_call_sends_what_existing_clients_send_and_prints_both_sides()
    {
        byte[] sent = Vectors.Bytes("smf-get60.c2s");
        using var server = new OneCallServer(sent.Length, Vectors.Bytes("smf-get60.s2c"));

        Result result = Call(server, "--smf", "SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");

        Assert.Equal(sent, await server.Request);
        const string payload = """
                00000000  0c 00 00 00 00 00 06 00  08 00 04 00 06 00 00 00  |................|
                00000010  04 00 00 00 23 00 00 00  30 6e 6e 6e 6e 6e 6e 6e  |....#...0nnnnnnn|
                00000020  6e 6e 6e 6e 6e 6e 6e 6e  6e 6e 6e 6e 6e 6e 6e 6e  |nnnnnnnnnnnnnnnn|
                00000030  6e 6e 6e 6e 6e 6e 6e 6e  6e 6e 6e 00              |nnnnnnnnnnn.|
            """;
        Assert.Equal(
            (0, $"request  id 0x6ad4023d  session 1  size 60  checksum 0xf0c07df9\n{payload}\nreply    status 200  session 1  size 60  checksum 0xf0c07df9\n{payload}\nsuccess\n", ""),
            (result.Status, result.Output, result.Error));
    }

    [Fact]
    public async Task An_smf_call_takes_an_id_and_a_payload_and_fails_with_the_status()
    {
        byte[] payload = [8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0];
        byte[] reply = new byte[SmfHeader.Bytes + payload.Length];
        new SmfHeader(SmfCompression.None, 0, 1, 12, SmfChecksum.Of(payload), 404).Write(reply);
        payload.CopyTo(reply, SmfHeader.Bytes);
        using var server = new OneCallServer(reply.Length, reply);

        Result result = Call(server, "--smf", "0x6ad4023e", "--hex", "080000000400040004000000");

        Assert.Equal(new SmfHeader(SmfCompression.None, 0, 1, 12, SmfChecksum.Of(payload), 0x6ad4023e), SmfHeader.Read(await server.Request));
        Assert.Equal((1, ""), (result.Status, result.Error));
        Assert.Contains("reply    status 404  session 1  size 12  checksum 0x", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("failure\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 2, "the reply's checksum is 0xf0c07d02, but that of its payload is 0xf0c07df9")]
    [InlineData(2, 9, "the reply is for session 9, the request was 1")]
    [InlineData(7, 0xff, "the reply's header announces 4278190140 bytes; 67108864 are the most that are read here")]
    public void A_wrong_smf_reply_is_told(int offset, byte value, string problem)
    {
        byte[] reply = Vectors.Bytes("smf-get60.s2c");
        reply[offset] = value;
        using var server = new OneCallServer(76, reply);

        Result result = Call(server, "--smf", "0x6ad4023d");

        Assert.Equal((1, $"frpc-gateway: {server.Address}: {problem}\n"), (result.Status, result.Error));
    }

    [Fact]
    public async Task A_frame_call_sends_header_and_body_without_line_ends()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("frpc-call-").FullName, "x.sock");
        const string body = """{"Msg":"0xxxxxxx"}""";
        byte[] expected =
        [
            1, 1, (byte)EchoRequest.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(EchoRequest),
            2, 1, (byte)body.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(body),
        ];
        using var server = new OneCallServer(expected.Length, Vectors.Bytes("zrepl-echo.s2c"), path);

        Result result = Call(server, "Echo", body);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        Assert.Equal(expected, await server.Request);
        Assert.Equal(
            (0, $$"""
                request  {{EchoRequest}}
                         {{body}}
                reply    {"Endpoint":"","DataType":2,"Accept":0,"Error":1,"ErrorMessage":""}
                         {{body}}
                success

                """, ""),
            (result.Status, result.Output, result.Error));
    }

    [Fact]
    public async Task A_frame_call_asks_for_octets_and_shows_them()
    {
        string header = """{"Endpoint":"Stream","DataType":1,"Accept":3,"Error":0,"ErrorMessage":""}""";
        using var server = new OneCallServer(6 + header.Length + 6, Vectors.Bytes("zrepl-stream10.s2c"));

        Result result = Call(server, "Stream", "--accept", "octets");

        Assert.Equal([1, 1, (byte)header.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), 2, 1, 0, 0, 0, 0], await server.Request);
        Assert.Equal((0, ""), (result.Status, result.Error));
        Assert.EndsWith("    00000000  00 00 00 00 00 00 00 00  03 f1                    |..........|\n         10 bytes\nsuccess\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_reply_is_printed_and_fails()
    {
        byte[] reply = Message("""{"Endpoint":"","DataType":0,"Accept":0,"Error":2,"ErrorMessage":"no route for endpoint \"X\""}""");
        using var server = new OneCallServer(6 + 68 + 6, reply);

        Result result = Call(server, "X");

        Assert.Equal((1, ""), (result.Status, result.Error));
        Assert.Contains("\"Error\":2,\"ErrorMessage\":\"no route for endpoint \\\"X\\\"\"}\nfailure\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the connection was closed before the reply's header had come whole")]
    [InlineData("ff0100000000", "the server reset the connection before the reply's header had come whole")]
    [InlineData("020100000000", "020100000000 is not a frame of the reply's header")]
    [InlineData("010101004000", "010101004000 is not a frame of the reply's header")]
    [InlineData("01010400000000000000", "the reply's header cannot be read: NotAnObject")]
    public void A_wrong_frame_reply_is_told(string hex, string problem)
    {
        using var server = new OneCallServer(6 + 68 + 6, Convert.FromHexString(hex));

        Result result = Call(server, "X");

        Assert.Equal((1, $"frpc-gateway: {server.Address}: {problem}\n"), (result.Status, result.Error));
    }

    [Fact]
    public void A_server_that_says_nothing_is_left_when_the_time_is_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var command = new Command();

        Result result = command.Run("call", silent.LocalEndpoint.ToString()!, "Echo", "--timeout", "100ms");

        Assert.Equal((1, $"frpc-gateway: {silent.LocalEndpoint}: no whole reply within 100ms\n"), (result.Status, result.Error));
    }

    [Fact]
    public void A_port_that_nobody_listens_on_is_told()
    {
        using var gone = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // Bound and not listening: nobody else can come to listen on it meanwhile.
        gone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var command = new Command();

        Assert.Equal(new Result(1, "", $"frpc-gateway: {gone.LocalEndPoint}: Connection refused\n"), command.Run("call", gone.LocalEndPoint!.ToString()!, "Echo"));
    }

    [Theory]
    [InlineData("nowhere Echo", "an address is written HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [InlineData("demo:echo Echo", "an embedded server has no address of its own; call a listener whose route leads to it")]
    [InlineData("h:1 a b c", "3 words are too many: a frame call takes ENDPOINT [JSON]; --smf calls a method by its four names")]
    [InlineData("h:1 Echo --hex 00", "--hex is for --smf; a frame call takes its body as JSON")]
    [InlineData("h:1 Echo --accept xml", "--accept: unknown value \"xml\"; write \"json\", \"octets\" or \"none\"")]
    [InlineData("h:1 Echo --timeout 5", "--timeout: \"5\" is not a duration; write a duration from \"1ms\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\"")]
    [InlineData("h:1 --smf Get", "\"Get\" is not a request id, such as 0x6ad4023d or 1792279101")]
    [InlineData("h:1 --smf a b", "2 words say no method: it takes ID, or SERVICE METHOD REQUEST REPLY")]
    [InlineData("h:1 --smf 1 --hex 0", "--hex takes an even number of hexadecimal digits, at least two")]
    [InlineData("h:1 --smf 1 --accept json", "--accept is for frame calls; an smf reply has one kind")]
    public void Wrong_words_are_told_before_anything_is_called(string args, string problem)
    {
        using var command = new Command();

        Assert.Equal(new Result(2, "", $"frpc-gateway: {problem}\nTry \"frpc-gateway call --help\".\n"), command.Run(["call", .. args.Split(' ')]));
    }

    /// <summary>Runs the command, and takes the time out of its last line.</summary>
    private static Result Call(OneCallServer server, params string[] args)
    {
        using var command = new Command();
        Result result = command.Run(["call", server.Address, .. args]);
        return result with { Output = System.Text.RegularExpressions.Regex.Replace(result.Output, @" in [0-9.]+ ms\n$", "\n") };
    }

    private static byte[] Message(string header)
    {
        byte[] message = new byte[FrameHeader.Bytes + header.Length];
        new FrameHeader(FrameType.Header, true, (uint)header.Length).Write(message);
        Encoding.UTF8.GetBytes(header, message.AsSpan(FrameHeader.Bytes));
        return message;
    }
}
