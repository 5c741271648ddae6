using System.Diagnostics;
using System.Text.Json.Nodes;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class AccessLogTests : IDisposable
{
    private readonly string _folder = TestNetwork.NewFolder();

    private string LogPath => Path.Combine(_folder, "access.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Every_call_is_a_line_by_the_time_the_gateway_has_stopped()
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
            await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        }

        JsonNode[] lines = [.. File.ReadLines(LogPath).Select(line => JsonNode.Parse(line)!)];
        // Workers write each for itself: lines of different ones are in no order.
        ILookup<string, JsonNode> byListener = lines.ToLookup(line => Word(line, "listener"));
        await Assert.That((byListener["smf"].Count(), byListener["frames"].Count())).IsEqualTo((3000, 1));
        foreach (JsonNode line in byListener["smf"])
        {
            await Assert.That((Word(line, "listener"), Word(line, "route"), Word(line, "backend"), Word(line, "server"), Word(line, "status")))
                .IsEqualTo(("smf", "get", "smf-servers", "demo:echo", "200"));
            await Assert.That(((int)line["requestBytes"]!, (int)line["replyBytes"]!)).IsEqualTo((60, 60));
            await Assert.That(Word(line, "caller")).StartsWith("127.0.0.1:", StringComparison.Ordinal);
            await Assert.That((DateTime)line["time"]!).IsBetween(DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow);
        }
        JsonNode frame = byListener["frames"].Single();
        await Assert.That((Word(frame, "route"), Word(frame, "status"))).IsEqualTo(("echo", "ok"));
    }

    [Test]
    public async Task One_call_in_a_hundred_is_told_when_that_is_asked_for()
    {
        using (var gateway = Start("\"oneIn\": 100"))
        {
            Load(gateway, calls: 10_000);
            gateway.Signal(Signals.Terminate);
            await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        }
        // Each worker tells the first of its calls.
        await Assert.That(File.ReadLines(LogPath).Count()).IsBetween(100, 102);
    }

    [Test]
    public async Task A_reader_of_the_log_that_does_not_read_holds_up_no_call_and_what_it_misses_is_counted()
    {
        await Assert.That(Programs.Run(Programs.Start("mkfifo", _folder, [], LogPath)).Status).IsEqualTo(0);
        // Both directions, so that opening waits for nobody.
        using var deaf = new FileStream(LogPath, FileMode.Open, FileAccess.ReadWrite);
        using var gateway = Start("\"linesWaitingMax\": 1000");
        using var admin = new AdminHttp(gateway.AdminAddress);

        Load(gateway, calls: 50_000);

        Exposition page = new(admin.Get("/metrics").Text);
        await Assert.That(page.Sum("frpc_calls_total")).IsEqualTo(50_000);
        await Assert.That(page["frpc_access_log_dropped_total"] > 40_000).IsTrue().Because($"{page["frpc_access_log_dropped_total"]} lines dropped");
    }

    [Test]
    public async Task Standard_output_that_nobody_reads_holds_up_no_call_and_not_the_end()
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
            await Assert.That(gateway.WaitForExit(Patience.Short)).IsTrue().Because("it waits for its reader");
            await Assert.That(gateway.ExitCode).IsEqualTo(0);
        }
        finally
        {
            gateway.Kill();
        }
    }

    [Test]
    public async Task A_named_pipe_need_not_have_a_reader_at_the_start_and_readers_may_come_and_go()
    {
        await Assert.That(Programs.Run(Programs.Start("mkfifo", _folder, [], LogPath)).Status).IsEqualTo(0);
        using var gateway = Start("\"oneIn\": 1");
        foreach (int calls in (int[])[3, 5])
        {
            Load(gateway, calls);
            using var reader = new StreamReader(LogPath);
            for (int line = 0; line < calls; line++)
                await Assert.That(Word(JsonNode.Parse(reader.ReadLine()!)!, "listener")).IsEqualTo("smf");
        }
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task A_log_that_cannot_be_written_is_said_before_anybody_is_served()
    {
        var file = new GatewayFile { AccessLog = "\"to\": \"/nowhere/access.log\"" };
        File.WriteAllText(Path.Combine(_folder, "gateway.json"), file.ToString());
        Result run = Binary.Run(_folder);
        await Assert.That(run.Status).IsEqualTo(1);
        await Assert.That(run.Error).StartsWith("frpc-gateway: accessLog.to: /nowhere/access.log cannot be written: ", StringComparison.Ordinal);
        await Assert.That(run.Output).DoesNotContain("ready", StringComparison.Ordinal);
    }

    private GatewayProcess Start(string members) =>
        GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AccessLog = $"\"to\": \"{LogPath}\", {members}" });

    private static void Load(GatewayProcess gateway, int calls) => KnownLoad.Send(gateway.SmfAddress, "smf", calls, "--connections", "4", "--in-flight", "8");

    private static string Word(JsonNode line, string member) => (string)line[member]!;
}
