using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>Calls of an smf server of the library, over sockets.</summary>
public sealed class SmfCallTests : IAsyncDisposable
{
    private const string Schema = """
        namespace smf_gen.demo;
        table Request { name: string; }
        table Response { name: string; }
        rpc_service SmfStorage { Get(Request): Response; }
        """;

    private static readonly RequestId Get = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");

    private readonly TaskCompletionSource _never = new(), _asked = new();
    private readonly SmfServer _server;

    public SmfCallTests()
    {
        _server = new SmfServer("127.0.0.1:0")
            .Map(Get, (request, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(request.Payload.ToArray()))
            .Map(new RequestId(2), (_, _) => throw new RpcException(SmfStatus.Unavailable, Blame.Server, "no"))
            .Map(new RequestId(3), async (_, cancel) => { _asked.SetResult(); await _never.Task.WaitAsync(cancel); return default; });
        _server.Start();
    }

    private string Address => _server.Address;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Test]
    [Arguments("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response")]
    [Arguments("0x6ad4023d")]
    [Arguments("1792279101")]
    [Arguments("SmfStorage", "Get", "--schema", "storage.fbs")]
    public async Task A_method_is_named_by_its_names_its_number_or_a_schema(params string[] words)
    {
        using CallRun run = new CallRun().With("storage.fbs", System.Text.Encoding.UTF8.GetBytes(Schema));

        Result result = run.Call([Address, "--smf", .. words]);

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output)
            .StartsWith("request  id 0x6ad4023d  session 1  size 60  checksum 0xf0c07df9\n    00000000  0c 00 00 00 ", StringComparison.Ordinal);
        await Assert.That(result.Output)
            .Contains("\nreply    status 200  session 1  size 60  checksum 0xf0c07df9\n    00000000  0c 00 00 00 ", StringComparison.Ordinal);
        await Assert.That(result.Output).EndsWith("\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("Gte", "storage.fbs: there is no method \"Gte\"; did you mean \"Get\"?")]
    [Arguments("Put", "storage.fbs: there is no method \"Put\"; the methods are Get")]
    public async Task A_method_that_a_schema_lacks_is_told_before_anything_is_called(string method, string problem)
    {
        using CallRun run = new CallRun().With("storage.fbs", System.Text.Encoding.UTF8.GetBytes(Schema));

        Result result = run.Call("h:1", "--smf", "--schema", "storage.fbs", "SmfStorage", method);

        await Assert.That((result.Status, result.Output)).IsEqualTo((2, ""));
        await Assert.That(result.Error).StartsWith($"frpc-gateway: {problem}", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("--hex", "080000000400040004000000")]
    [Arguments("--base64", "CAAAAAQABAAEAAAA")]
    [Arguments("--payload", "table.bin")]
    [Arguments("--payload", "-")]
    public async Task A_payload_is_hexadecimal_base64_a_file_or_standard_input(string option, string value)
    {
        using CallRun run = new CallRun(new MemoryStream(SmfEmptyReply.Payload.ToArray())).With("table.bin", SmfEmptyReply.Payload.ToArray());

        Result result = run.Call(Address, "--smf", "0x6ad4023d", option, value, "--output", "reply.bin");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output).EndsWith("\n         12 bytes to reply.bin\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(File.ReadAllBytes(run.PathOf("reply.bin"))).IsSequence(SmfEmptyReply.Payload.ToArray());
    }

    [Test]
    public async Task A_large_payload_comes_back_whole()
    {
        byte[] payload = [.. Enumerable.Range(0, 20 << 20).Select(i => (byte)(i * 7))];
        using CallRun run = new CallRun().With("large.bin", payload);

        Result result = run.Call(Address, "--smf", "0x6ad4023d", "--payload", "large.bin", "--output", "-");

        await Assert.That((result.Status, result.Output)).IsEqualTo((0, ""));
        await Assert.That(result.Error).EndsWith("\n         20971520 bytes to standard output\nsuccess in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(run.Output.ToArray()).IsSequence(payload);
    }

    [Test]
    [Arguments("zstd", "Zstd")]
    [Arguments("lz4", "Lz4")]
    public async Task A_payload_is_packed_where_that_is_asked_for(string word, string name)
    {
        using var run = new CallRun();

        Result result = run.Call(Address, "--smf", "0x6ad4023d", "--hex", new string('0', 20_000), "--compress", word, "--verbose");

        Skip.When(result.Error.Contains("the system", StringComparison.OrdinalIgnoreCase) && result.Status == 2, result.Error);
        await Assert.That(result.Status).IsEqualTo(0);
        await Assert.That(result.Output).Matches($"request  id 0x6ad4023d  session 1  size [0-9]{{2,3}}  checksum 0x[0-9a-f]{{8}}  compression {name}\n");
        await Assert.That(result.Error).Matches($"→ id 0x6ad4023d  session 1  size [0-9]{{2,3}}  checksum 0x[0-9a-f]{{8}}  compression {name}  flags 0  ");
    }

    [Test]
    [Arguments("5", 404, "no such request id is served there", "\"frpc-gateway routes\" prints the ids that a gateway serves; \"frpc-gateway id --schema FILE\" prints those of a schema.")]
    [Arguments("2", 503, "no server is ready", "Is a server of the backend running? The log of the gateway names the unreachable ones.")]
    public async Task A_status_says_what_to_try(string id, int status, string problem, string hint)
    {
        using var run = new CallRun();

        Result result = run.Call(Address, "--smf", id);

        await Assert.That(result.Output).Contains($"\nreply    status {status}  session 1  size 12  checksum 0x", StringComparison.Ordinal);
        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"frpc-gateway: {Address}: {new RequestId(uint.Parse(id, null))}: the reply has status {status}: {problem}\n{hint}\n"));
    }

    [Test]
    public async Task A_server_that_says_nothing_is_left_when_the_time_is_up()
    {
        using var run = new CallRun();

        Result result = await run.CallInVainAsync(_asked.Task, Address, "--smf", "3", "--timeout", "100ms");

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"frpc-gateway: {Address}: no complete reply within 100ms\nUse --timeout to allow more time; --verbose shows how far the call got.\n"));
    }
}
