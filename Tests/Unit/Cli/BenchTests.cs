using System.Text;
using System.Text.Json;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Cli;

public sealed class BenchTests
{
    private const string Smf = "bench 127.0.0.1:1 --protocol smf";
    private const string Frame = "bench 127.0.0.1:1 --protocol frame";

    [Test]
    [Arguments("bench 127.0.0.1:1 --protocol http", "--protocol: unknown value \"http\"; write \"frame\" or \"smf\"")]
    [Arguments("bench 127.0.0.1 --protocol smf", "ADDRESS: an address has the form HOST:PORT")]
    [Arguments("bench demo:echo --protocol smf", "an embedded server has no address;")]
    [Arguments(Smf + " --size 0", "--size: \"0\" is too small")]
    [Arguments(Smf + " --duration 10", "--duration: \"10\" is not a duration")]
    [Arguments(Smf + " --threads 17", "--threads (17) is larger than --connections (16); each thread needs a connection")]
    [Arguments(Smf + " --count 5 --duration 1s", "--count and --duration cannot be combined")]
    [Arguments(Smf + " --stream 1MiB", "--stream, --upload and --octets are for --protocol frame")]
    [Arguments(Smf + " --method Echo", "--method takes the four names")]
    [Arguments(Smf + " --id 0x1 --method a b c d", "--id and --method cannot be combined")]
    [Arguments(Frame + " --id 0x1", "--id is for --protocol smf")]
    [Arguments(Frame + " --size 10", "--size: a JSON body has at least 26 bytes")]
    [Arguments(Frame + " --stream 1MiB --size 100", "--stream cannot be combined with --size or --octets")]
    [Arguments(Frame + " --upload 1MiB --size 100", "--upload cannot be combined with --size or --octets")]
    [Arguments(Frame + " --upload 1MiB --octets", "--upload cannot be combined with --size or --octets")]
    [Arguments(Frame + " --upload 1MiB --stream 1MiB", "--stream and --upload cannot be combined")]
    [Arguments(Smf + " --upload 1MiB", "--stream, --upload and --octets are for --protocol frame")]
    [Arguments("demo --protocol smf --address 127.0.0.1:0 --workers 0", "--workers: 0 is out of range")]
    [Arguments("demo --protocol smf --address demo:echo", "cannot be listened on")]
    public async Task Words_that_make_no_load_are_refused_with_status_2(string args, string problem)
    {
        using var command = new Command();

        Result result = command.Run(args.Split(' '));

        await Assert.That((result.Status, result.Output)).IsEqualTo((2, ""));
        await Assert.That(result.Error).Contains(problem, StringComparison.Ordinal);
    }

    [Test]
    public async Task Nobody_there_is_status_1()
    {
        using var command = new Command();

        Result result = command.Run("bench", $"unix:{command.WorkingDirectory}/none.sock", "--protocol", "smf");

        await Assert.That((result.Status, result.Output)).IsEqualTo((1, ""));
        await Assert.That(result.Error).Contains("cannot connect to unix:", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_result_is_a_table_or_json()
    {
        using var command = new Command();
        using var point = ListenerSockets.Open(new UnixAddress($"{command.WorkingDirectory}/demo.sock"), workers: 1);
        var loop = new Loop(new EpollNetwork(new ResolvedAddresses()), TimeProvider.System, new Random(1), NullLogger.Instance);
        var worker = new WorkerThread(0, loop, NullLogger.Instance);
        _ = new Listener(loop, loop.Network.Listen(point, 0), new CallerSpread(), new CallerLimit(100), new ListenerCounters("demo"),
            (socket, onClosed) => BuiltInFormats.Registry.Of(WireFormat.Frame).ServeDemo(loop, socket, onClosed));
        worker.Start();
        string[] args = ["bench", point.Address.ToString(), "--protocol", "frame", "--count", "500", "--warm-up", "0s"];

        Result table = command.Run(args);
        Result wrong = command.Run([.. args, "--method", "NoSuchEndpoint"]);
        using var json = JsonDocument.Parse(command.Run([.. args, "--json"]).Output);
        Result uploads = command.Run([.. args, "--upload", "100KiB", "--phases"]);
        worker.Stop();

        await Assert.That(table.Status).IsEqualTo(0);
        await Assert.That(table.Output).Contains("500 calls in ", StringComparison.Ordinal);
        await Assert.That(table.Output).Contains("every reply arrived and was correct", StringComparison.Ordinal);
        await Assert.That(wrong.Status).IsEqualTo(1);
        await Assert.That(wrong.Output).Contains("500  error 2", StringComparison.Ordinal);
        await Assert.That(json.RootElement.GetProperty("calls").GetInt64()).IsEqualTo(500);
        await Assert.That((json.RootElement.GetProperty("requestBytes").GetInt64(), json.RootElement.GetProperty("replyBytes").GetInt64()))
            .IsEqualTo((50_000L, 50_000L));
        await Assert.That(json.RootElement.GetProperty("replyGiBPerSecond").GetDouble() > 0).IsTrue();
        await Assert.That(json.RootElement.GetProperty("latencyNanoseconds").GetProperty("p999").GetInt64() > 0).IsTrue();
        await Assert.That(json.RootElement.GetProperty("clean").GetBoolean()).IsTrue();
        string page = Encoding.UTF8.GetString(Repository.Read("docs/command-line.md"));
        foreach (JsonProperty member in json.RootElement.EnumerateObject())
            await Assert.That(page).Contains($"`{member.Name}`", StringComparison.Ordinal);
        await Assert.That(uploads.Output).Contains("sent      51,200,000 bytes, ", StringComparison.Ordinal);
        await Assert.That((uploads.Status, uploads.Error)).IsEqualTo((0, "measuring\nmeasured\n"));
    }
}
