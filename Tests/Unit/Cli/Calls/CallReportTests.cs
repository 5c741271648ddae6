using System.Text.Json;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary><c>--json</c>, for programs, and <c>--verbose</c>, for people who look at the wire.</summary>
public sealed class CallReportTests : IAsyncDisposable
{
    private readonly FrameServer _frames;
    private readonly SmfServer _smf;

    public CallReportTests()
    {
        _frames = new FrameServer("127.0.0.1:0")
            .Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)))
            .Map("Octets", (_, _) => ValueTask.FromResult(FrameBody.Octets(new byte[100])))
            .Map("Fail", (_, _) => throw new RpcException(SmfStatus.Unavailable, Blame.Server, "no"));
        _frames.Start();
        _smf = new SmfServer("127.0.0.1:0").Map(new RequestId(1), (request, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(request.Payload.ToArray()));
        _smf.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _frames.DisposeAsync();
        await _smf.DisposeAsync();
    }

    [Test]
    public async Task A_program_gets_a_json_reply_as_json()
    {
        JsonElement report = await Report(0, _frames.Address, "Echo", """{"Msg":["ü",1.50]}""");

        await Assert.That(report.GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That(report.GetProperty("address").GetString()).IsEqualTo(_frames.Address);
        await Assert.That(report.GetProperty("status").GetInt32()).IsEqualTo(200);
        await Assert.That(report.GetProperty("blame").ValueKind).IsEqualTo(JsonValueKind.Null);
        await Assert.That(report.GetProperty("message").ValueKind).IsEqualTo(JsonValueKind.Null);
        await Assert.That(report.GetProperty("hints").GetArrayLength()).IsEqualTo(0);
        await Assert.That(report.GetProperty("milliseconds").GetDouble()).IsBetween(0.001, 60_000);
        await Assert.That(report.GetProperty("requestBytes").GetInt32()).IsEqualTo(19);
        await Assert.That(report.GetProperty("replyBytes").GetInt32()).IsEqualTo(19);
        await Assert.That(report.GetProperty("output").ValueKind).IsEqualTo(JsonValueKind.Null);
        await Assert.That(report.GetProperty("reply").GetRawText()).IsEqualTo("""{"Msg":["ü",1.50]}""");
    }

    [Test]
    public async Task A_program_gets_an_smf_reply_in_base64()
    {
        JsonElement report = await Report(0, _smf.Address, "--smf", "1", "--hex", "080000000400040004000000");

        await Assert.That(report.GetProperty("status").GetInt32()).IsEqualTo(200);
        await Assert.That(report.GetProperty("replyBytes").GetInt32()).IsEqualTo(12);
        await Assert.That(report.GetProperty("reply").GetString()).IsEqualTo("CAAAAAQABAAEAAAA");
    }

    [Test]
    public async Task A_program_is_told_the_file_that_octets_went_to_and_how_many_they_are()
    {
        JsonElement report = await Report(0, _frames.Address, "Octets", "--output", "reply.bin");

        await Assert.That(report.GetProperty("output").GetString()).IsEqualTo("reply.bin");
        await Assert.That(report.GetProperty("replyBytes").GetInt32()).IsEqualTo(100);
        await Assert.That(report.GetProperty("reply").ValueKind).IsEqualTo(JsonValueKind.Null);
    }

    [Test]
    public async Task A_program_is_told_what_failed_and_whose_fault_it_is()
    {
        JsonElement refused = await Report(1, _frames.Address, "echo", "{}");
        JsonElement failed = await Report(1, _frames.Address, "Fail");
        JsonElement unknown = await Report(1, _smf.Address, "--smf", "2");
        JsonElement unreachable = await Report(1, "unix:/nowhere/x.sock", "Echo");

        await Assert.That(await Failure(refused)).IsEqualTo(("caller", 400, "echo: unregistered endpoint echo"));
        await Assert.That(refused.GetProperty("hints")[0].GetString()).StartsWith("Is the endpoint spelled", StringComparison.Ordinal);
        await Assert.That(await Failure(failed)).IsEqualTo(("server", 500, "Fail: no"));
        await Assert.That(await Failure(unknown)).IsEqualTo(("caller", 404, "0x00000002: the reply has status 404: no such request id is served there"));
        await Assert.That((unreachable.GetProperty("blame").GetString(), unreachable.GetProperty("status").GetInt32())).IsEqualTo(("connection", 503));
    }

    [Test]
    public async Task Each_frame_that_passes_is_told_with_what_it_holds()
    {
        using var run = new CallRun();

        Result result = run.Call(_frames.Address, "Echo", """{"Msg":"hi"}""", "--verbose");

        await Assert.That(result.Status).IsEqualTo(0);
        await Assert.That(result.Output).EndsWith("success in 0.0 ms\n", StringComparison.Ordinal);
        await Assert.That(result.Error).StartsWith($$"""
             0.0 ms  connecting to {{_frames.Address}}
             0.0 ms  connected
             0.0 ms  → header 71 bytes  {"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}
             0.0 ms  → data 12 bytes, last  {"Msg":"hi"}
             0.0 ms  ← header 67 bytes  {"Endpoint":"","DataType":2,"Accept":0,"Error":1,"ErrorMessage":""}
             0.0 ms  ← data 12 bytes, last  {"Msg":"hi"}

            """, StringComparison.Ordinal);
        await Assert.That(result.Error).Matches(" 0.0 ms  (closed|aborted)\n");
    }

    [Test]
    public async Task Each_smf_message_is_told_with_all_of_its_header()
    {
        using var run = new CallRun();

        Result result = run.Call(_smf.Address, "--smf", "1", "--hex", "080000000400040004000000", "-v");

        await Assert.That(result.Status).IsEqualTo(0);
        await Assert.That(result.Error).StartsWith($"""
             0.0 ms  connecting to {_smf.Address}
             0.0 ms  connected
             0.0 ms  → id 0x00000001  session 1  size 12  checksum 0xef02580d  compression None  flags 0  080000000400040004000000
             0.0 ms  ← status 200  session 1  size 12  checksum 0xef02580d  compression None  flags 0  080000000400040004000000

            """, StringComparison.Ordinal);
        await Assert.That(result.Error).Matches(" 0.0 ms  (closed|aborted)\n");
    }

    private static async Task<(string?, int, string?)> Failure(JsonElement report)
    {
        await Assert.That(report.GetProperty("success").GetBoolean()).IsFalse();
        return (report.GetProperty("blame").GetString(), report.GetProperty("status").GetInt32(), report.GetProperty("message").GetString());
    }

    private static async Task<JsonElement> Report(int status, params string[] args)
    {
        using var run = new CallRun();
        Result result = run.Call([.. args, "--json"]);
        await Assert.That((result.Status, result.Error)).IsEqualTo((status, ""));
        await Assert.That(result.Output.IndexOf('\n', StringComparison.Ordinal)).IsEqualTo(result.Output.Length - 1);
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }
}
