using System.Diagnostics;
using System.Text.Json;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>The image at work, as an engine runs it: its own user and command, a configuration mounted in its place.</summary>
[Collection(nameof(Images))]
public sealed class ContainerTests : IDisposable
{
    private readonly BuiltImage _image;
    private readonly string _container;

    public ContainerTests(BuiltImage image)
    {
        _image = image;
        Assert.NotEmpty(image.Report);
        _container = Buildah("from", BuiltImage.Tag).Output.Trim();
    }

    public void Dispose() => Buildah("rm", _container);

    [Fact]
    public void It_answers_a_call_of_each_format_as_a_user_without_any_capability_and_drains_when_it_is_stopped()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile(), Run);

        AssertAnswersBothFormats(gateway);
        string[] status = File.ReadAllLines($"/proc/{gateway.Id}/status");
        Assert.Contains("Uid:\t65532\t65532\t65532\t65532", status);
        Assert.Contains("Gid:\t65532\t65532\t65532\t65532", status);
        Assert.All(["CapInh", "CapPrm", "CapEff", "CapAmb"], set => Assert.Contains($"{set}:\t0000000000000000", status));

        gateway.Signal(Signals.Terminate);

        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("\nstopped: 2 calls answered by servers, 0 by the gateway itself\n", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_works_where_nothing_in_its_root_can_be_written()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile(), RunReadOnly);

        string root = File.ReadLines($"/proc/{gateway.Id}/mountinfo").Last(line => line.Split(' ')[4] == "/");
        Assert.StartsWith("ro,", root.Split(' ')[5], StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", File.ReadAllLines($"/proc/{gateway.Id}/status"));
        AssertAnswersBothFormats(gateway);
        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void Without_a_configuration_it_says_where_to_mount_one()
    {
        Result result = Binary.Run(Start([], Command));

        Assert.NotEqual(0, result.Status);
        Assert.Contains("/etc/frpc/gateway.json:1:1: the file is empty; in a container, mount a configuration in its place", result.Error, StringComparison.Ordinal);
        Assert.Contains("exited with status 2", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_says_how_it_is_and_ends_when_a_command_inside_asks_for_it(bool readOnly)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = $"\"tokenFile\": \"{TokenFile}\"" }, folder =>
        {
            WriteToken(folder);
            return readOnly ? RunReadOnly(folder) : Start([.. Mounted(folder, "gateway.json"), .. Mounted(folder, Path.GetFileName(TokenFile))], Command);
        });

        using var http = new HttpClient { BaseAddress = new Uri($"http://{gateway.AdminAddress}") };
        foreach (string page in new[] { "/healthz", "/readyz", "/metrics" })
            Assert.NotEmpty(await http.GetStringAsync(page, TestContext.Current.CancellationToken));
        Result shutdown = Binary.Run(Start(
            Mounted(gateway.Folder, Path.GetFileName(TokenFile)),
            ["/frpc-gateway", "shutdown", "--admin", gateway.AdminAddress, "--token-file", TokenFile, "--delay", "100ms"]));

        Assert.True(shutdown.Status == 0, shutdown.Output + shutdown.Error);
        Assert.Equal(0, gateway.WaitForExit());
    }

    /// <summary>With glibc alone: the image has neither nsswitch.conf nor the libraries that it could name.</summary>
    [Fact]
    public void A_server_is_found_by_its_name()
    {
        using var server = DemoProcess.Start("frame");
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)] }, Run);

        AssertAnswers(gateway.FrameAddress, "Echo", """{"Msg":"hello"}""");
        // Who kills buildah leaves what it runs behind.
        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public void Its_call_command_compresses(string compression)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());

        Result call = Binary.Run(Start([], ["/frpc-gateway", "call", gateway.SmfAddress, "--smf", "0x6ad4023d", "--hex", new string('0', 400), "--compress", compression, "--verbose"]));

        Assert.True(call.Status == 0, call.Error);
        Assert.Contains($"compression {compression}", call.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("status 200", call.Output, StringComparison.Ordinal);
    }

    private static void AssertAnswersBothFormats(GatewayProcess gateway)
    {
        AssertAnswers(gateway.FrameAddress, "Echo", """{"Msg":"hello"}""");
        AssertAnswers(gateway.SmfAddress, "--smf", "0x6ad4023d", "--hex", "080000000400040004000000");
    }

    private static void AssertAnswers(string address, params string[] call)
    {
        Result result = Binary.Run(Path.GetTempPath(), ["call", address, .. call]);
        Assert.True(result.Status == 0, result.Output + result.Error);
        Assert.EndsWith(" ms\n", result.Output, StringComparison.Ordinal);
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
        Binary.StartProgram("buildah", Path.GetTempPath(), [_image.Store], ["run", "--isolation", "chroot", "--cap-drop", "all", .. options, _container, "--", .. command]);

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
        return Binary.StartProgram(
            "unshare", folder, [], ["--mount", "--propagation", "private", "bash", "-euc", script, "-", root, folder, root, .. Command]);
    }

    private Result Buildah(params string[] args) => Binary.Run(Binary.StartProgram("buildah", Path.GetTempPath(), [_image.Store], args));
}
