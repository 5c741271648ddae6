using System.Diagnostics;
using System.Text;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class RunScriptTests : IDisposable
{
    private readonly ScratchCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Test]
    public async Task Run_once_makes_a_right_call_in_each_format_and_stops()
    {
        Result result = _copy.Shell("./run.sh --once");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output).Contains("reply    status 200  session 1  size 60  checksum 0xf0c07df9\n", StringComparison.Ordinal);
        await Assert.That(result.Output).Contains("\"Error\":1,\"ErrorMessage\":\"\"}\n         {\"Msg\":\"hello\"}\nsuccess", StringComparison.Ordinal);
        await Assert.That(Peer.CanConnect(_copy.Here("127.0.0.1:8888"))).IsFalse().Because("the gateway is still there");
    }

    [Test]
    public async Task Run_beside_a_gateway_on_the_same_ports_says_which_are_taken()
    {
        _copy.StartGateway();

        Result result = _copy.Shell("./run.sh --once");

        await Assert.That(result.Status).IsEqualTo(1);
        await Assert.That(result.Error)
            .Contains(_copy.Here("listeners[0].address: address in use: something else listens on 127.0.0.1:11225\n"), StringComparison.Ordinal);
        await Assert.That(result.Error)
            .Contains(_copy.Here("listeners[1].address: address in use: something else listens on 127.0.0.1:8888\n"), StringComparison.Ordinal);
        await Assert.That(result.Error).EndsWith("run.sh: the gateway did not start; its output is above\n", StringComparison.Ordinal);
    }

    /// <summary>A terminal sends the signal to the script and to the gateway alike.</summary>
    [Test]
    public async Task Run_stays_up_until_ctrl_c()
    {
        Process run = _copy.Start("setsid", "./run.sh");
        var output = new StringBuilder();
        while (run.StandardOutput.ReadLine() is { } line)
        {
            output.Append(line).Append('\n');
            if (line.EndsWith("Ctrl-C stops it.", StringComparison.Ordinal))
                break;
        }
        await Assert.That(run.HasExited).IsFalse().Because(output.ToString());
        await Assert.That(Peer.CanConnect(_copy.Here("127.0.0.1:8888"))).IsTrue().Because(output.ToString());

        Signals.Send(-run.Id, Signals.Interrupt);

        await Assert.That(run.WaitForExit(Patience.Short)).IsTrue().Because("run.sh does not end");
        await Assert.That(run.ExitCode).IsEqualTo(130);
        await Assert.That(Peer.CanConnect(_copy.Here("127.0.0.1:8888"))).IsFalse().Because("the gateway is still there");
    }
}
