using System.Text;
using System.Text.Json;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using FrameRpc.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FrameRpc.Tests.Cli;

public sealed class BenchTests
{
    private const string Smf = "bench 127.0.0.1:1 --protocol smf";
    private const string Frame = "bench 127.0.0.1:1 --protocol frame";

    [Theory]
    [InlineData("bench 127.0.0.1:1 --protocol http", "--protocol: unknown value \"http\"; write \"smf\" or \"frame\"")]
    [InlineData("bench 127.0.0.1 --protocol smf", "ADDRESS: an address is written HOST:PORT")]
    [InlineData("bench demo:echo --protocol smf", "an embedded server has no address of its own")]
    [InlineData(Smf + " --size 0", "--size: \"0\" is too small")]
    [InlineData(Smf + " --duration 10", "--duration: \"10\" is not a duration")]
    [InlineData(Smf + " --threads 17", "17 threads have no use for 16 connections")]
    [InlineData(Smf + " --count 5 --duration 1s", "--count and --duration are two ends for one measurement")]
    [InlineData(Smf + " --stream 1MiB", "--stream, --upload and --octets are for --protocol frame")]
    [InlineData(Smf + " --method Echo", "--method takes the four names")]
    [InlineData(Smf + " --id 0x1 --method a b c d", "--id and --method name two methods")]
    [InlineData(Frame + " --id 0x1", "--id is for --protocol smf")]
    [InlineData(Frame + " --size 10", "--size: a JSON body has at least 26 bytes")]
    [InlineData(Frame + " --stream 1MiB --size 100", "--stream sends a request of its own")]
    [InlineData(Frame + " --upload 1MiB --size 100", "--upload sends a request of its own")]
    [InlineData(Frame + " --upload 1MiB --octets", "--upload sends a request of its own")]
    [InlineData(Frame + " --upload 1MiB --stream 1MiB", "--stream and --upload are two kinds of call")]
    [InlineData(Smf + " --upload 1MiB", "--stream, --upload and --octets are for --protocol frame")]
    [InlineData("demo --protocol smf --address 127.0.0.1:0 --workers 0", "--workers: 0 is out of range")]
    [InlineData("demo --protocol smf --address demo:echo", "cannot be listened on")]
    public void Words_that_make_no_load_are_refused_with_status_2(string args, string problem)
    {
        using var command = new Command();

        Result result = command.Run(args.Split(' '));

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_there_is_status_1()
    {
        using var command = new Command();

        Result result = command.Run("bench", $"unix:{command.WorkingDirectory}/none.sock", "--protocol", "smf");

        Assert.Equal((1, ""), (result.Status, result.Output));
        Assert.Contains("cannot connect to unix:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_is_a_table_or_json()
    {
        using var command = new Command();
        using var point = ListenPoint.Open(new UnixAddress($"{command.WorkingDirectory}/demo.sock"), workers: 1);
        var worker = new Worker(0, new Dictionary<Address, SocketAddress>(), NullLogger.Instance);
        _ = new Listener(worker.Loop, point.Attach(worker.Network, 0), new CallerSpread(), new CallerLimit(100),
            (socket, onClosed) => DemoServer.Serve(worker.Loop, socket, WireProtocol.Frame, onClosed));
        worker.Start();
        string[] args = ["bench", point.Address.ToString(), "--protocol", "frame", "--count", "500", "--warm-up", "0s"];

        Result table = command.Run(args);
        Result wrong = command.Run([.. args, "--method", "NoSuchEndpoint"]);
        using var json = JsonDocument.Parse(command.Run([.. args, "--json"]).Output);
        Result uploads = command.Run([.. args, "--upload", "100KiB", "--phases"]);
        worker.Stop();

        Assert.Equal(0, table.Status);
        Assert.Contains("500 calls in ", table.Output, StringComparison.Ordinal);
        Assert.Contains("every reply came and was right", table.Output, StringComparison.Ordinal);
        Assert.Equal(1, wrong.Status);
        Assert.Contains("500  error 2", wrong.Output, StringComparison.Ordinal);
        Assert.Equal(500, json.RootElement.GetProperty("calls").GetInt64());
        Assert.Equal((50_000, 50_000), (json.RootElement.GetProperty("requestBytes").GetInt64(), json.RootElement.GetProperty("replyBytes").GetInt64()));
        Assert.True(json.RootElement.GetProperty("replyGiBPerSecond").GetDouble() > 0);
        Assert.True(json.RootElement.GetProperty("latencyNanoseconds").GetProperty("p999").GetInt64() > 0);
        Assert.True(json.RootElement.GetProperty("clean").GetBoolean());
        string page = Encoding.UTF8.GetString(Repository.Read("docs/command-line.md"));
        Assert.All(json.RootElement.EnumerateObject(), member => Assert.Contains($"`{member.Name}`", page, StringComparison.Ordinal));
        Assert.Contains("sent      51,200,000 bytes, ", uploads.Output, StringComparison.Ordinal);
        Assert.Equal((0, "measuring\nmeasured\n"), (uploads.Status, uploads.Error));
    }
}
