using System.Net;
using System.Net.Sockets;
using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>Calls as they are on the wire, against servers that send fixed bytes, and wrong words.</summary>
public sealed class WireCallTests
{
    private const string Silent = "The connection was closed without a reply. Is this a frame listener? If it is an smf listener, add --smf.";
    private const string Verbose = "--verbose shows what was received.";
    private const string EchoRequest = """{"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}""";

    [Test]
    public async Task An_smf_call_sends_what_existing_clients_send_and_prints_both_sides()
    {
        byte[] sent = Vectors.Bytes("smf-get60.c2s");
        using var server = new OneCallServer(sent.Length, Vectors.Bytes("smf-get60.s2c"));

        Result result = Call(server, "--smf", "SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");

        await Assert.That(await server.Request).IsSequence(sent);
        const string payload = """
                00000000  0c 00 00 00 00 00 06 00  08 00 04 00 06 00 00 00  |................|
                00000010  04 00 00 00 23 00 00 00  30 6e 6e 6e 6e 6e 6e 6e  |....#...0nnnnnnn|
                00000020  6e 6e 6e 6e 6e 6e 6e 6e  6e 6e 6e 6e 6e 6e 6e 6e  |nnnnnnnnnnnnnnnn|
                00000030  6e 6e 6e 6e 6e 6e 6e 6e  6e 6e 6e 00              |nnnnnnnnnnn.|
            """;
        await Assert.That((result.Status, result.Output, result.Error))
            .IsEqualTo((0, $"request  id 0x6ad4023d  session 1  size 60  checksum 0xf0c07df9\n{payload}\nreply    status 200  session 1  size 60  checksum 0xf0c07df9\n{payload}\nsuccess in 0.0 ms\n", ""));
    }

    [Test]
    public async Task An_smf_call_takes_an_id_and_a_payload_and_fails_with_the_status()
    {
        byte[] payload = [8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0];
        byte[] reply = new byte[SmfHeader.Bytes + payload.Length];
        new SmfHeader(SmfCompression.None, 0, 1, 12, SmfChecksum.Of(payload), 404).Write(reply);
        payload.CopyTo(reply, SmfHeader.Bytes);
        using var server = new OneCallServer(reply.Length, reply);

        Result result = Call(server, "--smf", "0x6ad4023e", "--hex", "080000000400040004000000");

        await Assert.That(SmfHeader.Read(await server.Request)).IsEqualTo(new SmfHeader(SmfCompression.None, 0, 1, 12, SmfChecksum.Of(payload), 0x6ad4023e));
        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"""
                frpc-gateway: {server.Address}: 0x6ad4023e: the reply has status 404: no such request id is served there
                "frpc-gateway routes" prints the ids that a gateway serves; "frpc-gateway id --schema FILE" prints those of a schema.

                """));
        await Assert.That(result.Output)
            .Contains("    00000000  08 00 00 00 04 00 04 00  04 00 00 00              |............|\nfailure", StringComparison.Ordinal);
        await Assert.That(result.Output).Contains("reply    status 404  session 1  size 12  checksum 0x", StringComparison.Ordinal);
        await Assert.That(result.Output).EndsWith("failure in 0.0 ms\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments(8, 2, "the reply to 0x6ad4023d does not match its checksum: it was damaged in transit")]
    [Arguments(7, 0xff, "the reply to 0x6ad4023d has 4278190140 bytes, more than the limit of 67108864")]
    public async Task A_wrong_smf_reply_is_told(int offset, byte value, string problem)
    {
        byte[] reply = Vectors.Bytes("smf-get60.s2c");
        reply[offset] = value;
        using var server = new OneCallServer(76, reply);

        Result result = Call(server, "--smf", "0x6ad4023d");

        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"frpc-gateway: {server.Address}: {problem}\n--verbose shows what was received.\n"));
    }

    [Test]
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

        await Assert.That(await server.Request).IsSequence(expected);
        await Assert.That((result.Status, result.Output, result.Error)).IsEqualTo((0, $$"""
                request  {{EchoRequest}}
                         {{body}}
                reply    {"Endpoint":"","DataType":2,"Accept":0,"Error":1,"ErrorMessage":""}
                         {{body}}
                success in 0.0 ms

                """, ""));
    }

    [Test]
    public async Task A_frame_call_asks_for_octets_and_shows_them()
    {
        string header = """{"Endpoint":"Stream","DataType":1,"Accept":3,"Error":0,"ErrorMessage":""}""";
        using var server = new OneCallServer(6 + header.Length + 6, Vectors.Bytes("zrepl-stream10.s2c"));

        Result result = Call(server, "Stream", "--accept", "octets");

        await Assert.That(await server.Request).IsSequence([1, 1, (byte)header.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), 2, 1, 0, 0, 0, 0]);
        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output)
            .EndsWith("    00000000  00 00 00 00 00 00 00 00  03 f1                    |..........|\n         10 bytes\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task An_error_reply_is_printed_and_fails()
    {
        byte[] reply = Message("""{"Endpoint":"","DataType":0,"Accept":0,"Error":2,"ErrorMessage":"no route for endpoint \"X\""}""");
        using var server = new OneCallServer(6 + 68 + 6, reply);

        Result result = Call(server, "X");

        await Assert.That(result.Output)
            .Contains("\"Error\":2,\"ErrorMessage\":\"no route for endpoint \\\"X\\\"\"}\nfailure in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"""
                frpc-gateway: {server.Address}: X: no route for endpoint "X"
                Is the endpoint spelled as on the server? Case matters. "frpc-gateway routes" prints the endpoints of a gateway.

                """));
    }

    [Test]
    [Arguments("", "the connection was lost before the reply to X had begun", Silent)]
    [Arguments("ff0100000000", "the connection was lost before the reply to X had begun", Verbose)]
    [Arguments("020100000000", "a frame of type 0x02 arrived where a message header was expected", Verbose)]
    [Arguments("010101004000", "a frame is longer than 4194304 bytes", Verbose)]
    [Arguments("01010400000000000000", "a message header is invalid (NotAnObject)", Verbose)]
    [Arguments("010104000000", "the connection ended within a message's header", Verbose)]
    public async Task A_wrong_frame_reply_is_told(string hex, string problem, string hint)
    {
        using var server = new OneCallServer(6 + 68 + 6, Convert.FromHexString(hex));

        Result result = Call(server, "X");

        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"frpc-gateway: {server.Address}: {problem}\n{hint}\n"));
    }

    [Test]
    [Arguments(1, "The reply is empty: add --accept none.")]
    [Arguments(3, "The reply contains octets: add --accept octets, or --output FILE.")]
    public async Task A_reply_of_another_kind_says_how_to_ask_for_it(int dataType, string hint)
    {
        using var server = new OneCallServer(6 + 68 + 6, Message($$"""{"Endpoint":"","DataType":{{dataType}},"Accept":0,"Error":1,"ErrorMessage":""}"""));

        Result result = Call(server, "X");

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"frpc-gateway: {server.Address}: the reply to X has data of type {dataType} instead of the requested 2\n{hint}\n"));
    }

    [Test]
    public async Task A_reply_whose_json_is_broken_says_where()
    {
        byte[] header = Message("""{"Endpoint":"","DataType":2,"Accept":0,"Error":1,"ErrorMessage":""}""");
        using var server = new OneCallServer(6 + 68 + 6, [.. header, (byte)FrameType.Data, 1, 4, 0, 0, 0, .. "[1,]"u8]);

        Result result = Call(server, "X");

        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"frpc-gateway: {server.Address}: the reply's body is not JSON: line 1, column 4: "
                + $"The JSON array contains a trailing comma at the end which is not supported in this mode. Change the reader options.\n{Verbose}\n"));
    }

    [Test]
    [Arguments("00000100000a000001020304c8000000", "The reply is in the smf format: add --smf to call this listener.", "X")]
    [Arguments("01014c0000007b22456e64706f696e74", "The reply is in the frame format: omit --smf to call this listener.", "--smf", "1")]
    [Arguments("ff0100000000", "The reply is in the frame format: omit --smf to call this listener.", "--smf", "1")]
    [Arguments("", "The connection was closed without a reply: smf servers do this on an unknown request id. "
        + "Compare the id with \"frpc-gateway routes\". For a frame listener, omit --smf.", "--smf", "1")]
    public async Task An_answer_in_the_other_format_is_recognised(string reply, string hint, params string[] args)
    {
        using var server = new OneCallServer(76, Convert.FromHexString(reply));

        Result result = Call(server, args);

        await Assert.That(result.Status).IsEqualTo(1);
        await Assert.That(result.Error).EndsWith($"\n{hint}\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_port_that_nobody_listens_on_is_told()
    {
        using var gone = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // Bound and not listening: nobody else can come to listen on it meanwhile.
        gone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var run = new CallRun();

        Result result = run.Call(gone.LocalEndPoint!.ToString()!, "Echo");

        await Assert.That(result).IsEqualTo(new Result(1, "failure in 0.0 ms\n", $"""
                frpc-gateway: {gone.LocalEndPoint}: no connection: Connection refused
                Is the server running? A gateway prints its listeners at start; "frpc-gateway demo --protocol frame --address {gone.LocalEndPoint}" runs a server at this address.

                """));
    }

    [Test]
    public async Task A_socket_file_that_is_not_there_is_told()
    {
        using var run = new CallRun();

        Result result = run.Call("unix:/nowhere/x.sock", "--smf", "1");

        await Assert.That(result.Status).IsEqualTo(1);
        await Assert.That(result.Error).StartsWith("frpc-gateway: unix:/nowhere/x.sock: no connection: ", StringComparison.Ordinal);
        await Assert.That(result.Error)
            .EndsWith("\nIs the server running, and is this the path of its socket? A gateway prints its listeners at start.\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_name_that_nobody_has_is_told()
    {
        using var run = new CallRun();

        Result result = run.Call("nobody.invalid:1", "Echo");

        await Assert.That(result.Status).IsEqualTo(1);
        await Assert.That(result.Error).EndsWith("\nIs the name spelled correctly? An IP address also works.\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("nowhere Echo", "an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [Arguments("demo:echo Echo", "an embedded server has no address; call a listener with a route to it")]
    [Arguments("h:1 a b c", "too many arguments: a frame call takes ENDPOINT [JSON], not 3; add --smf to call an smf method by its names")]
    [Arguments("h:1 Echo --hex 00", "--hex is for --smf; a frame call takes its body as JSON, @FILE, - or --octets FILE")]
    [Arguments("h:1 Echo --schema x.fbs", "--schema is for --smf; a frame call takes its body as JSON, @FILE, - or --octets FILE")]
    [Arguments("h:1 Echo --accept xml", "--accept: unknown value \"xml\"; write \"json\", \"octets\" or \"none\"")]
    [Arguments("h:1 Echo --accept none -o x", "--accept none and --output cannot be combined")]
    [Arguments("h:1 Echo --timeout 5", "--timeout: \"5\" is not a duration; write a duration from \"1ms\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\"")]
    [Arguments("h:1 Echo {} --octets x", "a JSON body and --octets cannot be combined")]
    [Arguments("h:1 Echo {]", "the body is not JSON: line 1, column 2: ']' is an invalid start of a property name. Expected a '\"'.")]
    [Arguments("h:1 Echo @broken.json", "broken.json is not JSON: line 2, column 8: 'x' is an invalid start of a value.")]
    [Arguments("h:1 Echo @nowhere.json", "nowhere.json: no such file")]
    [Arguments("h:1 Echo @.", ".: is a directory, not a file")]
    [Arguments("h:1 Echo -", "standard input is not JSON: line 1, column 1: The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.")]
    [Arguments("h:1 Up --octets nowhere.bin", "nowhere.bin: no such file")]
    [Arguments("h:1 Echo -o .", "--output: . is a directory; name a file in it")]
    [Arguments("h:1 Echo -o nowhere/x", "--output: the directory of nowhere/x does not exist")]
    [Arguments("h:1 Echo --json -o -", "--json and --output - both write to standard output; write --output FILE")]
    [Arguments("h:1 --smf Get", "\"Get\" is not a request id, such as 0x6ad4023d or 1792279101")]
    [Arguments("h:1 --smf 0", "0 is not a valid request id")]
    [Arguments("h:1 --smf a b", "2 arguments do not identify a method; write ID, or SERVICE METHOD REQUEST REPLY, or SERVICE METHOD with --schema FILE")]
    [Arguments("h:1 --smf 1 --hex 0", "--hex takes an even number of hexadecimal digits, at least two")]
    [Arguments("h:1 --smf 1 --base64 x", "--base64 takes Base64, such as CAAAAAQABAAEAAAA")]
    [Arguments("h:1 --smf 1 --hex 00 --base64 AA==", "only one of --hex, --base64 and --payload can be given")]
    [Arguments("h:1 --smf 1 --payload nowhere.bin", "nowhere.bin: no such file")]
    [Arguments("h:1 --smf 1 --payload -", "standard input is empty, and smf has no empty payloads; the empty FlatBuffers table is --hex 080000000400040004000000")]
    [Arguments("h:1 --smf 1 --compress zip", "--compress: unknown value \"zip\"; write \"zstd\" or \"lz4\"")]
    [Arguments("h:1 --smf 1 --accept json", "--accept is for frame calls; an smf call takes --hex, --base64 or --payload FILE")]
    [Arguments("h:1 --smf --schema nowhere.fbs S M", "nowhere.fbs: no such file")]
    [Arguments("h:1 --smf --schema x.fbs S", "--schema requires SERVICE METHOD; \"frpc-gateway id --schema x.fbs\" lists them")]
    public async Task Wrong_words_are_told_before_anything_is_called(string args, string problem)
    {
        using CallRun run = new CallRun().With("broken.json", "{\n \"Mü\": x}"u8.ToArray());

        await Assert.That(run.Call(args.Split(' '))).IsEqualTo(new Result(2, "", $"frpc-gateway: {problem}\nTry \"frpc-gateway call --help\".\n"));
    }

    private static Result Call(OneCallServer server, params string[] args)
    {
        using var run = new CallRun();
        return run.Call([server.Address, .. args]);
    }

    private static byte[] Message(string header)
    {
        byte[] message = new byte[FrameHeader.Bytes + header.Length];
        new FrameHeader(FrameType.Header, true, (uint)header.Length).Write(message);
        Encoding.UTF8.GetBytes(header, message.AsSpan(FrameHeader.Bytes));
        return message;
    }
}
