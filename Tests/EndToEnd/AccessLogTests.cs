using System.Diagnostics;
using System.Text.Json.Nodes;
using FrameRpc.Tests.Admin.Metrics;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

[Collection(nameof(Heavy))]
public sealed class AccessLogTests : IDisposable
{
    private readonly string _folder = GatewayProcess.NewFolder();

    private string LogPath => Path.Combine(_folder, "access.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_call_is_a_line_by_the_time_the_gateway_has_stopped()
    {
        using (var gateway = Start("\"oneIn\": 1"))
        {
            Load(gateway, calls: 3000);
            using (Peer caller = Peer.Connect(gateway.FrameAddress))
            {
                caller.Send(FrameMessage.Call("Echo", "\"hello\"").ToBytes());
                _ = FrameMessage.Read(caller);
            }
            gateway.Signal(Signals.Terminate);
            Assert.Equal(0, gateway.WaitForExit());
        }

        JsonNode[] lines = [.. File.ReadLines(LogPath).Select(line => JsonNode.Parse(line)!)];
        // Workers write each for itself: lines of different ones are in no order.
        ILookup<string, JsonNode> byListener = lines.ToLookup(line => Word(line, "listener"));
        Assert.Equal((3000, 1), (byListener["smf"].Count(), byListener["frames"].Count()));
        Assert.All(byListener["smf"], line =>
        {
            Assert.Equal(("smf", "get", "smf-servers", "demo:echo", "200"), (Word(line, "listener"), Word(line, "route"), Word(line, "backend"), Word(line, "server"), Word(line, "status")));
            Assert.Equal((60, 60), ((int)line["requestBytes"]!, (int)line["replyBytes"]!));
            Assert.StartsWith("127.0.0.1:", Word(line, "caller"), StringComparison.Ordinal);
            Assert.InRange((DateTime)line["time"]!, DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow);
        });
        JsonNode frame = byListener["frames"].Single();
        Assert.Equal(("echo", "ok"), (Word(frame, "route"), Word(frame, "status")));
    }

    [Fact]
    public void One_call_in_a_hundred_is_told_when_that_is_asked_for()
    {
        using (var gateway = Start("\"oneIn\": 100"))
        {
            Load(gateway, calls: 10_000);
            gateway.Signal(Signals.Terminate);
            Assert.Equal(0, gateway.WaitForExit());
        }
        // Each worker tells the first of its calls.
        Assert.InRange(File.ReadLines(LogPath).Count(), 100, 102);
    }

    [Fact]
    public void A_reader_of_the_log_that_does_not_read_holds_up_no_call_and_what_it_misses_is_counted()
    {
        Assert.Equal(0, Binary.Run(Binary.StartProgram("mkfifo", _folder, [], LogPath)).Status);
        // Both directions, so that opening waits for nobody.
        using var deaf = new FileStream(LogPath, FileMode.Open, FileAccess.ReadWrite);
        using var gateway = Start("\"linesWaitingMax\": 1000");
        using var admin = new AdminHttp(gateway.AdminAddress);

        Load(gateway, calls: 50_000);

        Exposition page = new(admin.Get("/metrics").Text);
        Assert.Equal(50_000, page.Sum("frpc_calls_total"));
        Assert.True(page["frpc_access_log_dropped_total"] > 40_000, $"{page["frpc_access_log_dropped_total"]} lines dropped");
    }

    [Fact]
    public void Standard_output_that_nobody_reads_holds_up_no_call_and_not_the_end()
    {
        File.WriteAllText(Path.Combine(_folder, "gateway.json"), new GatewayFile { AccessLog = "\"to\": \"stdout\"" }.ToString());
        using Process gateway = Binary.Start(_folder);
        try
        {
            string address = "", line = "";
            for (; !line.StartsWith("ready: ", StringComparison.Ordinal); line = gateway.StandardOutput.ReadLine()!)
            {
                if (line.StartsWith("listener smf ", StringComparison.Ordinal))
                    address = line.Split(' ')[^1];
            }
            KnownLoad.Send(address, "smf", 50_000, "--connections", "4", "--in-flight", "8");

            Signals.Send(gateway.Id, Signals.Terminate);
            Assert.True(gateway.WaitForExit(Patience.Short), "it waits for its reader");
            Assert.Equal(0, gateway.ExitCode);
        }
        finally
        {
            gateway.Kill();
        }
    }

    [Fact]
    public void A_named_pipe_need_not_have_a_reader_at_the_start_and_readers_may_come_and_go()
    {
        Assert.Equal(0, Binary.Run(Binary.StartProgram("mkfifo", _folder, [], LogPath)).Status);
        using var gateway = Start("\"oneIn\": 1");
        foreach (int calls in (int[])[3, 5])
        {
            Load(gateway, calls);
            using var reader = new StreamReader(LogPath);
            for (int line = 0; line < calls; line++)
                Assert.Equal("smf", Word(JsonNode.Parse(reader.ReadLine()!)!, "listener"));
        }
        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_said_before_anybody_is_served()
    {
        var file = new GatewayFile { AccessLog = "\"to\": \"/nowhere/access.log\"" };
        File.WriteAllText(Path.Combine(_folder, "gateway.json"), file.ToString());
        Result run = Binary.Run(_folder);
        Assert.Equal(1, run.Status);
        Assert.StartsWith("frpc-gateway: accessLog.to: /nowhere/access.log cannot be written: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ready", run.Output, StringComparison.Ordinal);
    }

    private GatewayProcess Start(string members) =>
        GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AccessLog = $"\"to\": \"{LogPath}\", {members}" });

    private static void Load(GatewayProcess gateway, int calls) => KnownLoad.Send(gateway.SmfAddress, "smf", calls, "--connections", "4", "--in-flight", "8");

    private static string Word(JsonNode line, string member) => (string)line[member]!;
}
