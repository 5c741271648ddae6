using System.Diagnostics;
using System.Text;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

public sealed class RunScriptTests : IDisposable
{
    private readonly ScratchCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Fact]
    public void Run_once_makes_a_right_call_in_each_format_and_stops()
    {
        Result result = _copy.Shell("./run.sh --once");

        Assert.Equal((0, ""), (result.Status, result.Error));
        Assert.Contains("reply    status 200  session 1  size 60  checksum 0xf0c07df9\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"Error\":1,\"ErrorMessage\":\"\"}\n         {\"Msg\":\"hello\"}\nsuccess", result.Output, StringComparison.Ordinal);
        Assert.False(Peer.CanConnect(_copy.Here("127.0.0.1:8888")), "the gateway is still there");
    }

    [Fact]
    public void Run_beside_a_gateway_on_the_same_ports_says_which_are_taken()
    {
        _copy.StartGateway();

        Result result = _copy.Shell("./run.sh --once");

        Assert.Equal(1, result.Status);
        Assert.Contains(_copy.Here("listeners[0].address: address in use: something else listens on 127.0.0.1:11225\n"), result.Error, StringComparison.Ordinal);
        Assert.Contains(_copy.Here("listeners[1].address: address in use: something else listens on 127.0.0.1:8888\n"), result.Error, StringComparison.Ordinal);
        Assert.EndsWith("run.sh: the gateway did not start; what it said stands above\n", result.Error, StringComparison.Ordinal);
    }

    /// <summary>A terminal sends the signal to the script and to the gateway alike.</summary>
    [Fact]
    public void Run_stays_up_until_ctrl_c()
    {
        Process run = _copy.Start("setsid", "./run.sh");
        var output = new StringBuilder();
        while (run.StandardOutput.ReadLine() is { } line)
        {
            output.Append(line).Append('\n');
            if (line.EndsWith("Ctrl-C stops it.", StringComparison.Ordinal))
                break;
        }
        Assert.False(run.HasExited, output.ToString());
        Assert.True(Peer.CanConnect(_copy.Here("127.0.0.1:8888")), output.ToString());

        Signals.Send(-run.Id, Signals.Interrupt);

        Assert.True(run.WaitForExit(Patience.Short), "run.sh does not end");
        Assert.Equal(130, run.ExitCode);
        Assert.False(Peer.CanConnect(_copy.Here("127.0.0.1:8888")), "the gateway is still there");
    }
}
