using System.Text.Json;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using Xunit;

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

    [Fact]
    public void A_program_gets_a_json_reply_as_json()
    {
        JsonElement report = Report(0, _frames.Address, "Echo", """{"Msg":["ü",1.50]}""");

        Assert.True(report.GetProperty("success").GetBoolean());
        Assert.Equal(_frames.Address, report.GetProperty("address").GetString());
        Assert.Equal(200, report.GetProperty("status").GetInt32());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("blame").ValueKind);
        Assert.Equal(JsonValueKind.Null, report.GetProperty("message").ValueKind);
        Assert.Equal(0, report.GetProperty("hints").GetArrayLength());
        Assert.InRange(report.GetProperty("milliseconds").GetDouble(), 0.001, 60_000);
        Assert.Equal(19, report.GetProperty("requestBytes").GetInt32());
        Assert.Equal(19, report.GetProperty("replyBytes").GetInt32());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("output").ValueKind);
        Assert.Equal("""{"Msg":["ü",1.50]}""", report.GetProperty("reply").GetRawText());
    }

    [Fact]
    public void A_program_gets_an_smf_reply_in_base64()
    {
        JsonElement report = Report(0, _smf.Address, "--smf", "1", "--hex", "080000000400040004000000");

        Assert.Equal(200, report.GetProperty("status").GetInt32());
        Assert.Equal(12, report.GetProperty("replyBytes").GetInt32());
        Assert.Equal("CAAAAAQABAAEAAAA", report.GetProperty("reply").GetString());
    }

    [Fact]
    public void A_program_is_told_the_file_that_octets_went_to_and_how_many_they_are()
    {
        JsonElement report = Report(0, _frames.Address, "Octets", "--output", "reply.bin");

        Assert.Equal("reply.bin", report.GetProperty("output").GetString());
        Assert.Equal(100, report.GetProperty("replyBytes").GetInt32());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("reply").ValueKind);
    }

    [Fact]
    public void A_program_is_told_what_failed_and_whose_fault_it_is()
    {
        JsonElement refused = Report(1, _frames.Address, "echo", "{}");
        JsonElement failed = Report(1, _frames.Address, "Fail");
        JsonElement unknown = Report(1, _smf.Address, "--smf", "2");
        JsonElement unreachable = Report(1, "unix:/nowhere/x.sock", "Echo");

        Assert.Equal(("caller", 400, "echo: unregistered endpoint echo"), Failure(refused));
        Assert.StartsWith("Is the endpoint spelled", refused.GetProperty("hints")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(("server", 500, "Fail: no"), Failure(failed));
        Assert.Equal(("caller", 404, "0x00000002: the reply has status 404: nobody serves this request id there"), Failure(unknown));
        Assert.Equal(("connection", 503), (unreachable.GetProperty("blame").GetString(), unreachable.GetProperty("status").GetInt32()));
    }

    [Fact]
    public void Each_frame_that_passes_is_told_with_what_it_holds()
    {
        using var run = new CallRun();

        Result result = run.Call(_frames.Address, "Echo", """{"Msg":"hi"}""", "--verbose");

        Assert.Equal(0, result.Status);
        Assert.EndsWith("success in 0.0 ms\n", result.Output, StringComparison.Ordinal);
        Assert.StartsWith(
            $$"""
             0.0 ms  connecting to {{_frames.Address}}
             0.0 ms  connected
             0.0 ms  → header 71 bytes  {"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}
             0.0 ms  → data 12 bytes, last  {"Msg":"hi"}
             0.0 ms  ← header 67 bytes  {"Endpoint":"","DataType":2,"Accept":0,"Error":1,"ErrorMessage":""}
             0.0 ms  ← data 12 bytes, last  {"Msg":"hi"}

            """,
            result.Error, StringComparison.Ordinal);
        Assert.Matches(" 0.0 ms  (closed|aborted)\n", result.Error);
    }

    [Fact]
    public void Each_smf_message_is_told_with_all_of_its_header()
    {
        using var run = new CallRun();

        Result result = run.Call(_smf.Address, "--smf", "1", "--hex", "080000000400040004000000", "-v");

        Assert.Equal(0, result.Status);
        Assert.StartsWith(
            $"""
             0.0 ms  connecting to {_smf.Address}
             0.0 ms  connected
             0.0 ms  → id 0x00000001  session 1  size 12  checksum 0xef02580d  compression None  flags 0  080000000400040004000000
             0.0 ms  ← status 200  session 1  size 12  checksum 0xef02580d  compression None  flags 0  080000000400040004000000

            """,
            result.Error, StringComparison.Ordinal);
        Assert.Matches(" 0.0 ms  (closed|aborted)\n", result.Error);
    }

    private static (string?, int, string?) Failure(JsonElement report)
    {
        Assert.False(report.GetProperty("success").GetBoolean());
        return (report.GetProperty("blame").GetString(), report.GetProperty("status").GetInt32(), report.GetProperty("message").GetString());
    }

    private static JsonElement Report(int status, params string[] args)
    {
        using var run = new CallRun();
        Result result = run.Call([.. args, "--json"]);
        Assert.Equal((status, ""), (result.Status, result.Error));
        Assert.Equal(result.Output.Length - 1, result.Output.IndexOf('\n', StringComparison.Ordinal));
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }
}
