using System.Text.Json;
using FrameRpc.Gateway.Cli;
using FrameRpc.Tests.EndToEnd;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.Deploy;

/// <summary>The unit for systemd: that it is right, that it gives little away, and that the gateway works inside what it allows.</summary>
public sealed class ServiceTests : IDisposable
{
    /// <summary>Ten times what systemd calls the exposure level, where 10.0 is a service that is not confined at all.</summary>
    private const string ExposureMax = "15";

    private static readonly string Unit = Path.Combine(Repository.Root, "deploy/systemd/frpc-gateway.service");

    private readonly string _root = TestNetwork.NewFolder();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task Systemd_has_nothing_to_say_against_it()
    {
        // A machine with systemd's own units, this one, and the program where it says.
        Result laid = Shell($"mkdir -p usr/lib/systemd usr/local/bin etc/systemd/system && cp -r /usr/lib/systemd/system usr/lib/systemd/ && cp {Unit} etc/systemd/system/ && cp {Binary.Path} usr/local/bin/");
        await Assert.That(laid.Status == 0).IsTrue().Because(laid.Error);

        Result verified = Analyze("verify", "--man=no", $"--root={_root}", "frpc-gateway.service");

        await Assert.That((verified.Status, verified.Output, verified.Error)).IsEqualTo((0, "", ""));
    }

    [Test]
    public async Task Its_exposure_is_low()
    {
        Result security = Analyze("security", "--offline=true", "--no-pager", $"--threshold={ExposureMax}", Unit);

        await Assert.That(security.Status == 0).IsTrue().Because(security.Output + security.Error);
        await Assert.That(security.Output).Contains("Overall exposure level for frpc-gateway.service: 1.", StringComparison.Ordinal);
    }

    /// <summary>Under the unit's filter of system calls, without memory that is both written and executed, without new privileges.</summary>
    [Test]
    public async Task A_gateway_confined_as_it_says_answers_splices_reports_and_drains()
    {
        Skip.Unless(Directory.GetFiles("/usr/lib/python3/dist-packages", "seccomp.*").Length > 0, "python3-seccomp is not here, and could not be installed");
        using var gateway = GatewayProcess.Start(
            new GatewayFile { Relay = "splice", Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken },
            folder => Programs.Start(Path.Combine(Repository.Root, "deploy/test/confined.py"), folder, [], Unit, Binary.Path));

        await Assert.That(File.ReadAllLines($"/proc/{gateway.Id}/status")).Contains("Seccomp:\t2");
        await Assert.That(Binary.Run(_root, "call", gateway.SmfAddress, "--smf", "0x6ad4023d", "--hex", "080000000400040004000000").Status).IsEqualTo(0);
        await Assert.That(Binary.Run(_root, "call", gateway.FrameAddress, "Stream", """{"Bytes":10000000}""", "--accept", "octets").Status).IsEqualTo(0);
        await Assert.That(gateway.Report()).Matches(" [1-9][0-9.]* MiB of large bodies spliced");
        using (AdminHttp admin = gateway.AskAdmin())
            await Assert.That(admin.Post("/drain").Status).IsEqualTo(202);
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .HasSingleItem(line => line.Contains("[402]", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_wrong_configuration_is_not_tried_again_and_a_drain_has_the_time_it_takes()
    {
        var settings = File.ReadLines(Unit).Where(line => line.Contains('=', StringComparison.Ordinal)).ToLookup(line => line.Split('=')[0], line => line.Split('=', 2)[1]);
        using var schema = JsonDocument.Parse(Repository.Read("gateway.schema.json"));
        string drainTimeout = schema.RootElement.GetProperty("properties").GetProperty("drainTimeout").GetProperty("default").GetString()!;

        await Assert.That(settings["RestartPreventExitStatus"]).IsSequence([$"{ExitStatus.UsageError}"]);
        await Assert.That(int.Parse((await Assert.That(settings["TimeoutStopSec"]).HasSingleItem()).TrimEnd('s'), null) > int.Parse(drainTimeout.TrimEnd('s'), null))
            .IsTrue();
    }

    private Result Shell(string command) => Programs.Run(Programs.Start("bash", _root, [], "-euc", command));

    private Result Analyze(params string[] args)
    {
        Skip.Unless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not here, and could not be installed");
        return Programs.Run(Programs.Start("systemd-analyze", _root, [], args));
    }
}
