using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>Calls of a frame server of the library, over sockets.</summary>
public sealed class FrameCallTests : IAsyncDisposable
{
    private const string MendRequest = "Correct the body of the request or --accept; --verbose shows the request as it was sent.";

    private readonly TaskCompletionSource _never = new(), _asked = new();
    private readonly FrameServer _server;

    public FrameCallTests()
    {
        _server = new FrameServer("127.0.0.1:0")
            .Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)))
            .Map("Mirror", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.Octets)))
            .Map("Upload", UploadAsync)
            .Map("Nothing", (_, _) => ValueTask.FromResult(FrameBody.None))
            .Map("Octets", (_, _) => ValueTask.FromResult(FrameBody.Octets(Numbers(300_000))))
            .Map("Cut", (_, _) => ValueTask.FromResult(FrameBody.Octets(new BrokenStream(Numbers(300_000)))))
            .Map("Fault", (_, _) => throw new RpcException(SmfStatus.BadRequest, Blame.Caller, "Msg is missing"))
            .Map("Fail", (_, _) => throw new RpcException(SmfStatus.Unavailable, Blame.Server, "the disk is full"))
            .Map("Silent", async (_, cancel) => { _asked.SetResult(); await _never.Task.WaitAsync(cancel); return FrameBody.None; });
        _server.Start();
    }

    private string Address => _server.Address;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Test]
    [Arguments("""{"Msg":"hi"}""", "")]
    [Arguments("@request.json", "")]
    [Arguments("-", """{"Msg":"hi"}""" + "\n")]
    [Arguments("@-", """{"Msg":"hi"}""" + "\n")]
    public async Task A_json_body_is_an_argument_a_file_or_standard_input(string word, string input)
    {
        using var run = new CallRun(new MemoryStream(Encoding.UTF8.GetBytes(input))).With("request.json", "{\"Msg\":\"hi\"}\n"u8.ToArray());

        Result result = run.Call(Address, "Echo", word);

        await Assert.That(result).IsEqualTo(new Result(0, """
                request  {"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}
                         {"Msg":"hi"}
                reply    {"Endpoint":"","DataType":2,"Accept":0,"Error":1,"ErrorMessage":""}
                         {"Msg":"hi"}
                success in 0.0 ms

                """, ""));
    }

    [Test]
    public async Task A_unix_socket_is_called_by_its_path()
    {
        using var run = new CallRun();
        string address = $"unix:{run.PathOf("x.sock")}";
        using var server = new OneCallServer(6 + 71 + 6 + 4, Vectors.Bytes("zrepl-echo.s2c"), run.PathOf("x.sock"));

        Result result = run.Call(address, "Echo", "null");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
    }

    [Test]
    public async Task A_json_body_of_several_frames_comes_back_whole_in_a_file_and_in_the_report()
    {
        string json = $"\"{new string('x', 5 << 20)}\"";
        using var run = new CallRun().With("large.json", Encoding.UTF8.GetBytes(json));

        Result shown = run.Call(Address, "Echo", "@large.json");
        Result written = run.Call(Address, "Echo", "@large.json", "--accept", "json", "--output", "reply.json");

        await Assert.That((shown.Status, shown.Error)).IsEqualTo((0, ""));
        await Assert.That(shown.Output).EndsWith($"xxx …\n         {json.Length} bytes\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That((written.Status, written.Error)).IsEqualTo((0, ""));
        await Assert.That(written.Output).EndsWith($"         {json.Length} bytes to reply.json\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(File.ReadAllText(run.PathOf("reply.json"))).IsEqualTo(json);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(9_000_000)]
    public async Task Octets_are_sent_from_a_file_and_from_standard_input(int length)
    {
        byte[] octets = Numbers(length);
        using var run = new CallRun(new UnseekableStream(octets)).With("octets.bin", octets);
        string hash = $"\"{Convert.ToHexString(SHA256.HashData(octets))}\"";

        Result file = run.Call(Address, "Upload", "--octets", "octets.bin");
        Result input = run.Call(Address, "Upload", "--octets", "-");

        await Assert.That((file.Status, file.Error)).IsEqualTo((0, ""));
        await Assert.That(file.Output).Contains($"\n         {length} bytes from octets.bin\nreply    ", StringComparison.Ordinal);
        await Assert.That(file.Output).Contains(hash, StringComparison.Ordinal);
        await Assert.That((input.Status, input.Error)).IsEqualTo((0, ""));
        await Assert.That(input.Output).Contains("\n         octets from standard input\nreply    ", StringComparison.Ordinal);
        await Assert.That(input.Output).Contains(hash, StringComparison.Ordinal);
    }

    [Test]
    public async Task Octets_are_shown_in_rows_when_no_file_takes_them()
    {
        using var run = new CallRun();

        Result result = run.Call(Address, "Octets", "--accept", "octets");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output)
            .Contains("    00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|\n", StringComparison.Ordinal);
        await Assert.That(result.Output).EndsWith("    … 299488 more bytes\n         300000 bytes\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task Octets_of_a_reply_go_to_a_file()
    {
        using var run = new CallRun().With("reply.bin", Numbers(400_000));

        Result result = run.Call(Address, "Octets", "--output", "reply.bin");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output).EndsWith("         300000 bytes to reply.bin\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(File.ReadAllBytes(run.PathOf("reply.bin"))).IsSequence(Numbers(300_000));
    }

    [Test]
    public async Task Standard_output_gets_the_octets_alone_and_standard_error_the_report()
    {
        byte[] octets = Numbers(9_000_000);
        using var run = new CallRun(new UnseekableStream(octets));

        Result result = run.Call(Address, "Mirror", "--octets", "-", "-o", "-");

        await Assert.That((result.Status, result.Output)).IsEqualTo((0, ""));
        await Assert.That(result.Error).EndsWith("         9000000 bytes to standard output\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(run.Output.ToArray()).IsSequence(octets);
    }

    [Test]
    public async Task A_call_may_want_nothing_back()
    {
        using var run = new CallRun();

        Result result = run.Call(Address, "Nothing", "--accept", "none");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output)
            .EndsWith("""{"Endpoint":"","DataType":1,"Accept":0,"Error":1,"ErrorMessage":""}""" + "\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_reply_that_is_cut_fails_and_says_what_is_in_the_file()
    {
        using var run = new CallRun();

        Result result = run.Call(Address, "Cut", "--output", "reply.bin");

        await Assert.That(result.Status).IsEqualTo(1);
        long came = new FileInfo(run.PathOf("reply.bin")).Length;
        await Assert.That(came).IsBetween(1, 300_000);
        await Assert.That(result.Output).EndsWith("\nfailure in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(result.Error).IsEqualTo($"frpc-gateway: {Address}: the connection ended within a body, with a reset frame: the sender aborted it\n"
            + $"reply.bin contains the {came} bytes that arrived, not the whole reply.\n--verbose shows what was received.\n");
    }

    [Test]
    public async Task A_call_that_fails_leaves_the_file_of_an_earlier_one()
    {
        using var run = new CallRun().With("reply.bin", [1, 2, 3]);

        await Assert.That(run.Call(Address, "Fault", "--output", "reply.bin").Status).IsEqualTo(1);

        await Assert.That(File.ReadAllBytes(run.PathOf("reply.bin"))).IsSequence([1, 2, 3]);
    }

    [Test]
    [Arguments("echo", "echo: unregistered endpoint echo",
        "Is the endpoint spelled as on the server? Case matters. \"frpc-gateway routes\" prints the endpoints of a gateway.")]
    [Arguments("Fault", "Fault: Msg is missing", MendRequest)]
    [Arguments("Fail", "Fail: the disk is full", "The request was valid; see the log of the server or of the gateway in front of it.")]
    [Arguments("Octets", "Octets: Octets replies with data of type 3, but the request accepts 2", MendRequest)]
    public async Task An_error_says_what_to_try(string endpoint, string problem, string hint)
    {
        using var run = new CallRun();

        Result result = run.Call(Address, endpoint, "{}");

        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"frpc-gateway: {Address}: {problem}\n{hint}\n"));
        await Assert.That(result.Output).EndsWith("failure in 0.0 ms\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("no complete reply within 100ms")]
    [Arguments("no data for 100ms", "--output", "reply.bin")]
    [Arguments("no data for 100ms", "--octets", "octets.bin")]
    public async Task A_server_that_says_nothing_is_left_when_the_time_is_up(string problem, params string[] args)
    {
        using var run = new CallRun().With("octets.bin", [1]);

        Result result = await run.CallInVainAsync(_asked.Task, [Address, "Silent", "--timeout", "100ms", .. args]);

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"frpc-gateway: {Address}: {problem}\nUse --timeout to allow more time. If this is an smf listener, add --smf.\n"));
    }

    [Test]
    public async Task A_call_that_failed_does_not_wait_for_a_source_that_stands_still()
    {
        using var run = new CallRun(new Pipe().Reader.AsStream());

        Result result = run.Call(Address, "Fault", "--octets", "-");

        await Assert.That(result.Status).IsEqualTo(1);
        await Assert.That(result.Error).Contains("Fault: Msg is missing", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_source_that_breaks_is_named_and_the_server_is_not_told_it_was_whole()
    {
        using var run = new CallRun(new BrokenStream(Numbers(1000)));

        Result result = run.Call(Address, "Upload", "--octets", "-");

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"frpc-gateway: {Address}: standard input: cannot be read to its end: the disk has gone\n"));
    }

    private static async ValueTask<FrameBody> UploadAsync(FrameRequest request, CancellationToken cancel)
    {
        await using Stream octets = request.OpenOctets();
        byte[] hash = await SHA256.HashDataAsync(octets, cancel);
        return FrameBody.RawJson(Encoding.UTF8.GetBytes($"\"{Convert.ToHexString(hash)}\""));
    }

    private static byte[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    /// <summary>As a pipe is: it has no length, and gives what it has in small pieces.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 100_000));
    }

    /// <summary>Fails where it should end.</summary>
    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, count) is > 0 and int read ? read : throw new IOException("the disk has gone");

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and int read ? read : throw new IOException("the disk has gone");
    }
}
