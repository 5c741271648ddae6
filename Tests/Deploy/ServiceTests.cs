using System.Text.Json;
using FrameRpc.Gateway.Cli;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>The unit for systemd: that it is right, that it gives little away, and that the gateway works inside what it allows.</summary>
public sealed class ServiceTests : IDisposable
{
    /// <summary>Ten times what systemd calls the exposure level, where 10.0 is a service that is not confined at all.</summary>
    private const string ExposureMax = "15";

    private static readonly string Unit = Path.Combine(Repository.Root, "deploy/systemd/frpc-gateway.service");

    private readonly string _root = GatewayProcess.NewFolder();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Systemd_has_nothing_to_say_against_it()
    {
        // A machine with systemd's own units, this one, and the program where it says.
        Result laid = Shell($"mkdir -p usr/lib/systemd usr/local/bin etc/systemd/system && cp -r /usr/lib/systemd/system usr/lib/systemd/ && cp {Unit} etc/systemd/system/ && cp {Binary.Path} usr/local/bin/");
        Assert.True(laid.Status == 0, laid.Error);

        Result verified = Analyze("verify", "--man=no", $"--root={_root}", "frpc-gateway.service");

        Assert.Equal((0, "", ""), (verified.Status, verified.Output, verified.Error));
    }

    [Fact]
    public void Its_exposure_is_low()
    {
        Result security = Analyze("security", "--offline=true", "--no-pager", $"--threshold={ExposureMax}", Unit);

        Assert.True(security.Status == 0, security.Output + security.Error);
        Assert.Contains("Overall exposure level for frpc-gateway.service: 1.", security.Output, StringComparison.Ordinal);
    }

    /// <summary>Under the unit's filter of system calls, without memory that is both written and executed, without new privileges.</summary>
    [Fact]
    public void A_gateway_confined_as_it_says_answers_splices_reports_and_drains()
    {
        Assert.SkipUnless(Directory.GetFiles("/usr/lib/python3/dist-packages", "seccomp.*").Length > 0, "python3-seccomp is not here, and could not be installed");
        using var gateway = GatewayProcess.Start(
            new GatewayFile { Relay = "splice", Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken },
            folder => Binary.StartProgram(Path.Combine(Repository.Root, "deploy/test/confined.py"), folder, [], Unit, Binary.Path));

        Assert.Contains("Seccomp:\t2", File.ReadAllLines($"/proc/{gateway.Id}/status"));
        Assert.Equal(0, Binary.Run(_root, "call", gateway.SmfAddress, "--smf", "0x6ad4023d", "--hex", "080000000400040004000000").Status);
        Assert.Equal(0, Binary.Run(_root, "call", gateway.FrameAddress, "Stream", """{"Bytes":10000000}""", "--accept", "octets").Status);
        Assert.Matches(" [1-9][0-9.]* MiB of large bodies spliced", gateway.Report());
        using (AdminHttp admin = gateway.AskAdmin())
            Assert.Equal(202, admin.Post("/drain").Status);
        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());
        Assert.Single(gateway.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.Contains("[402]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wrong_configuration_is_not_tried_again_and_a_drain_has_the_time_it_takes()
    {
        var settings = File.ReadLines(Unit).Where(line => line.Contains('=', StringComparison.Ordinal)).ToLookup(line => line.Split('=')[0], line => line.Split('=', 2)[1]);
        using var schema = JsonDocument.Parse(Repository.Read("gateway.schema.json"));
        string drainTimeout = schema.RootElement.GetProperty("properties").GetProperty("drainTimeout").GetProperty("default").GetString()!;

        Assert.Equal([$"{ExitStatus.Wrong}"], settings["RestartPreventExitStatus"]);
        Assert.True(int.Parse(Assert.Single(settings["TimeoutStopSec"]).TrimEnd('s'), null) > int.Parse(drainTimeout.TrimEnd('s'), null));
    }

    private Result Shell(string command) => Binary.Run(Binary.StartProgram("bash", _root, [], "-euc", command));

    private Result Analyze(params string[] args)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not here, and could not be installed");
        return Binary.Run(Binary.StartProgram("systemd-analyze", _root, [], args));
    }
}
