using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The commands of the published binary. What they say in detail is tested where they are; here is what trimming and native code could break.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TestNetwork _network = new();

    private string Folder => _network.Folder;

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Help_names_every_command_and_has_examples()
    {
        Result help = Binary.Run(Folder, "--help");

        Assert.Equal((0, ""), (help.Status, help.Error));
        foreach (string command in new[] { "check", "routes", "shutdown", "id", "call", "bench", "demo" })
        {
            Assert.Contains($"\n  {command} ", help.Output, StringComparison.Ordinal);
            Result about = Binary.Run(Folder, command, "--help");
            Assert.Equal((0, ""), (about.Status, about.Error));
            Assert.Contains($"Examples:\n  frpc-gateway {command}", about.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Version_is_one_line()
    {
        Result version = Binary.Run(Folder, "--version");

        Assert.Equal((0, ""), (version.Status, version.Error));
        Assert.Matches(@"^frpc-gateway \d+\.\d+\.\d+\S*\n$", version.Output);
    }

    [Fact]
    public void Check_accepts_a_right_configuration_and_tells_all_that_is_wrong_with_another()
    {
        File.WriteAllText(Path.Combine(Folder, "right.json"), new GatewayFile().ToString());
        File.WriteAllText(Path.Combine(Folder, "wrong.json"), new GatewayFile { Workers = -1, Balancing = "leastCals", RouteMembers = """ "timout": 1 """ }.ToString());

        Assert.Equal(new Result(0, "right.json: fine: 2 listeners, 2 backends, 7 routes\n", ""), Binary.Run(Folder, "check", "--config", "right.json"));
        Result wrong = Binary.Run(Folder, "check", "--config", "wrong.json");
        Assert.Equal((2, ""), (wrong.Status, wrong.Output));
        string[] lines = wrong.Error.TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Matches(@"^wrong\.json:\d+:\d+: ", line));
        Assert.Contains(lines, line => line.EndsWith("routes[0].timout: unknown name; did you mean \"timeout\"?", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("balancing: unknown value \"leastCals\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("workers: -1 is out of range", StringComparison.Ordinal));
    }

    [Fact]
    public void A_variable_of_the_environment_overrides_the_file()
    {
        File.WriteAllText(Path.Combine(Folder, "gateway.json"), new GatewayFile().ToString());

        Assert.Equal(0, Binary.RunWith("FRPC__WORKERS", "3", Folder, "check").Status);
        Result wrong = Binary.RunWith("FRPC__WORKERS", "many", Folder, "check");
        Assert.Equal((2, "FRPC__WORKERS: \"many\" is not a whole number; write a whole number from 0 to 1024\n"), (wrong.Status, wrong.Error));
    }

    [Fact]
    public void Routes_prints_a_table_with_the_ids_as_they_are_on_the_wire()
    {
        File.WriteAllText(Path.Combine(Folder, "gateway.json"), new GatewayFile().ToString());

        Result routes = Binary.Run(Folder, "routes");

        Assert.Equal((0, ""), (routes.Status, routes.Error));
        string[] lines = routes.Output.Split('\n');
        Assert.Matches(@"^ID +NAME +METHOD +BACKEND +TIMEOUT$", lines[0]);
        Assert.Matches(@"^0x6ad4023d +get +SmfStorage\.Get\(smf_gen::demo::Request\):smf_gen::demo::Response +smf-servers +(60s|1m)$", lines[1]);
        Assert.Equal(7 + 2, lines.Length);
    }

    [Fact]
    public void Id_computes_what_is_on_the_wire()
    {
        Assert.Equal(
            new Result(0, "0x6ad4023d 1792279101\n", ""),
            Binary.Run(Folder, "id", "SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response"));
        Assert.Equal(0, Binary.Run(Folder, "id", "Echo").Status);
    }

    [Fact]
    public void Call_makes_a_call_in_each_format_through_a_gateway()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());

        Result smf = Binary.Run(Folder, "call", gateway.SmfAddress, "--smf", "SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");
        Result frame = Binary.Run(Folder, "call", gateway.FrameAddress, "Echo", """{"Msg":"hello"}""");
        Result refused = Binary.Run(Folder, "call", gateway.FrameAddress, "Nowhere");

        Assert.Equal((0, ""), (smf.Status, smf.Error));
        Assert.Contains("reply    status 200", smf.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (frame.Status, frame.Error));
        Assert.Contains("\n         {\"Msg\":\"hello\"}\nsuccess", frame.Output, StringComparison.Ordinal);
        Assert.Equal(1, refused.Status);
        Assert.Contains("no route for endpoint", refused.Output, StringComparison.Ordinal);
        Assert.Contains("no route for endpoint", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_takes_octets_from_standard_input_and_gives_them_to_standard_output()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());
        string program = $"'{Binary.Path}' call {gateway.FrameAddress}";

        Result upload = Binary.Run(Binary.StartProgram("bash", Folder, [], "-euo", "pipefail", "-c", $"head -c 10000000 /dev/zero | {program} Upload --octets - --json"));
        Result stream = Binary.Run(Binary.StartProgram("bash", Folder, [], "-euo", "pipefail", "-c", $"""{program} Stream '{"{"}"Bytes":10000000{"}"}' -o - 2>report | wc -c"""));

        Assert.Equal((0, ""), (upload.Status, upload.Error));
        Assert.Contains("\"requestBytes\":10000000,", upload.Output, StringComparison.Ordinal);
        Assert.EndsWith("\"reply\":{\"Bytes\":10000000}}\n", upload.Output, StringComparison.Ordinal);
        Assert.Equal((0, "10000000\n"), (stream.Status, stream.Output));
        Assert.Contains("10000000 bytes to standard output\nsuccess", File.ReadAllText(Path.Combine(Folder, "report")), StringComparison.Ordinal);
    }

    [Fact]
    public void Call_ends_when_nobody_reads_its_standard_output_any_more()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());
        string call = $$"""'{{Binary.Path}}' call {{gateway.FrameAddress}} Stream '{"Bytes":1000000000000}' -o - | head -c 10 | wc -c; exit ${PIPESTATUS[0]}""";

        Result result = Binary.Run(Binary.StartProgram("bash", Folder, [], "-c", call));

        Assert.Equal((1, "10\n"), (result.Status, result.Output));
        Assert.EndsWith(": standard output: cannot be written: Broken pipe\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--conf", "gateway.json")]
    [InlineData("chek")]
    [InlineData("--config", "nowhere.json")]
    public void Wrong_words_and_a_missing_file_are_exit_status_2_and_told(params string[] args)
    {
        Result result = Binary.Run(Folder, args);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.NotEqual("", result.Error);
    }
}
