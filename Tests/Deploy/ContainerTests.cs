using System.Diagnostics;
using System.Text.Json;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Deploy;

/// <summary>The image at work, as an engine runs it: its own user and command, a configuration mounted in its place.</summary>
[ClassDataSource<BuiltImage>(Shared = SharedType.PerTestSession)]
[NotInParallel(nameof(BuiltImage))] // There is one image, and one store of it.
public sealed class ContainerTests : IDisposable
{
    private readonly BuiltImage _image;
    private readonly string _container;

    public ContainerTests(BuiltImage image)
    {
        _image = image;
        Must.Hold(image.Report.Length > 0);
        _container = Buildah("from", BuiltImage.Tag).Output.Trim();
    }

    public void Dispose() => Buildah("rm", _container);

    [Test]
    public async Task It_answers_a_call_of_each_format_as_a_user_without_any_capability_and_drains_when_it_is_stopped()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile(), Run);

        await AssertAnswersBothFormats(gateway);
        string[] status = File.ReadAllLines($"/proc/{gateway.Id}/status");
        await Assert.That(status).Contains("Uid:\t65532\t65532\t65532\t65532");
        await Assert.That(status).Contains("Gid:\t65532\t65532\t65532\t65532");
        foreach (string set in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
            await Assert.That(status).Contains($"{set}:\t0000000000000000");

        gateway.Signal(Signals.Terminate);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output).Contains("\nstopped: 2 calls answered by servers, 0 by the gateway itself\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task It_works_where_nothing_in_its_root_can_be_written()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile(), RunReadOnly);

        string root = File.ReadLines($"/proc/{gateway.Id}/mountinfo").Last(line => line.Split(' ')[4] == "/");
        await Assert.That(root.Split(' ')[5]).StartsWith("ro,", StringComparison.Ordinal);
        await Assert.That(File.ReadAllLines($"/proc/{gateway.Id}/status")).Contains("NoNewPrivs:\t1");
        await AssertAnswersBothFormats(gateway);
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task Without_a_configuration_it_says_where_to_mount_one()
    {
        Result result = Programs.Run(Start([], Command));

        await Assert.That(result.Status).IsNotEqualTo(0);
        await Assert.That(result.Error)
            .Contains("/etc/frpc/gateway.json:1:1: the file is empty; in a container, mount a configuration in its place", StringComparison.Ordinal);
        await Assert.That(result.Error).Contains("exited with status 2", StringComparison.Ordinal);
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task It_says_how_it_is_and_ends_when_a_command_inside_asks_for_it(bool readOnly)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = $"\"tokenFile\": \"{TokenFile}\"" }, folder =>
        {
            WriteToken(folder);
            return readOnly ? RunReadOnly(folder) : Start([.. Mounted(folder, "gateway.json"), .. Mounted(folder, Path.GetFileName(TokenFile))], Command);
        });

        using var http = new HttpClient { BaseAddress = new Uri($"http://{gateway.AdminAddress}") };
        foreach (string page in new[] { "/healthz", "/readyz", "/metrics" })
            await Assert.That(await http.GetStringAsync(page, TestContext.Current!.Execution.CancellationToken)).IsNotEmpty();
        Result shutdown = Programs.Run(Start(
            Mounted(gateway.Folder, Path.GetFileName(TokenFile)),
            ["/frpc-gateway", "shutdown", "--admin", gateway.AdminAddress, "--token-file", TokenFile, "--delay", "100ms"]));

        await Assert.That(shutdown.Status == 0).IsTrue().Because(shutdown.Output + shutdown.Error);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    /// <summary>With glibc alone: the image has neither nsswitch.conf nor the libraries that it could name.</summary>
    [Test]
    public async Task A_server_is_found_by_its_name()
    {
        using var server = DemoProcess.Start("frame");
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)] }, Run);

        await AssertAnswers(gateway.FrameAddress, "Echo", """{"Msg":"hello"}""");
        // Who kills buildah leaves what it runs behind.
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    [Arguments("zstd")]
    [Arguments("lz4")]
    public async Task Its_call_command_compresses(string compression)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());

        Result call = Programs.Run(Start([], ["/frpc-gateway", "call", gateway.SmfAddress, "--smf", "0x6ad4023d", "--hex", new string('0', 400), "--compress", compression, "--verbose"]));

        await Assert.That(call.Status == 0).IsTrue().Because(call.Error);
        await Assert.That(call.Error).Contains($"compression {compression}", StringComparison.OrdinalIgnoreCase);
        await Assert.That(call.Output).Contains("status 200", StringComparison.Ordinal);
    }

    private static async Task AssertAnswersBothFormats(GatewayProcess gateway)
    {
        await AssertAnswers(gateway.FrameAddress, "Echo", """{"Msg":"hello"}""");
        await AssertAnswers(gateway.SmfAddress, "--smf", "0x6ad4023d", "--hex", "080000000400040004000000");
    }

    private static async Task AssertAnswers(string address, params string[] call)
    {
        Result result = Binary.Run(Path.GetTempPath(), ["call", address, .. call]);
        await Assert.That(result.Status == 0).IsTrue().Because(result.Output + result.Error);
        await Assert.That(result.Output).EndsWith(" ms\n", StringComparison.Ordinal);
    }

    private string[] Command
    {
        get
        {
            JsonElement config = _image.Configuration().GetProperty("config");
            return [.. new[] { "Entrypoint", "Cmd" }.SelectMany(part => config.GetProperty(part).EnumerateArray()).Select(word => word.GetString()!)];
        }
    }

    private const string TokenFile = "/etc/frpc/admin.token";

    private Process Run(string folder) => Start(Mounted(folder, "gateway.json"), Command);

    private static string[] Mounted(string folder, string name) => ["--volume", $"{folder}/{name}:/etc/frpc/{name}:ro"];

    /// <summary>Of the user of the image alone.</summary>
    private static void WriteToken(string folder)
    {
        string path = Path.Combine(folder, Path.GetFileName(TokenFile));
        File.WriteAllText(path, "0123456789abcdef0123456789abcdef");
        FileSystem.ChangeMode(path, UnixFileMode.UserRead);
        FileSystem.ChangeOwner(path, new FileOwner(65532, 65532));
    }

    private Process Start(string[] options, string[] command) =>
        Programs.Start("buildah", Path.GetTempPath(), [_image.Store], ["run", "--isolation", "chroot", "--cap-drop", "all", .. options, _container, "--", .. command]);

    /// <summary>
    /// buildah has no switch for it. The mounts that an engine makes, in a namespace that ends with the process: the image's files, /proc, the configuration over its
    /// place, and then the files read-only; then its user, with no capability and no way to gain one.
    /// </summary>
    private Process RunReadOnly(string folder)
    {
        const string script = """
            mkdir -p "$1/proc"
            mount --bind "$1" "$1"
            mount --bind /proc "$1/proc"
            mount --bind "$2/gateway.json" "$1/etc/frpc/gateway.json"
            if [ -e "$2/admin.token" ]; then
              touch "$1/etc/frpc/admin.token"
              mount --bind "$2/admin.token" "$1/etc/frpc/admin.token"
            fi
            mount -o remount,bind,ro "$1"
            shift 2
            exec setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid chroot --userspec=65532:65532 --groups= "$@"
            """;
        string root = Buildah("mount", _container).Output.Trim();
        return Programs.Start(
            "unshare", folder, [], ["--mount", "--propagation", "private", "bash", "-euc", script, "-", root, folder, root, .. Command]);
    }

    private Result Buildah(params string[] args) => Programs.Run(Programs.Start("buildah", Path.GetTempPath(), [_image.Store], args));
}
