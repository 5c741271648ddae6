namespace FrameRpc.Tests.EndToEnd;

/// <summary>The commands of the published binary. What they say in detail is tested where they are; here is what trimming and native code could break.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TestNetwork _network = new();

    private string Folder => _network.Folder;

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task Help_names_every_command_and_has_examples()
    {
        Result help = Binary.Run(Folder, "--help");

        await Assert.That((help.Status, help.Error)).IsEqualTo((0, ""));
        foreach (string command in new[] { "check", "routes", "shutdown", "id", "call", "bench", "demo" })
        {
            await Assert.That(help.Output).Contains($"\n  {command} ", StringComparison.Ordinal);
            Result about = Binary.Run(Folder, command, "--help");
            await Assert.That((about.Status, about.Error)).IsEqualTo((0, ""));
            await Assert.That(about.Output).Contains($"Examples:\n  frpc-gateway {command}", StringComparison.Ordinal);
        }
    }

    [Test]
    public async Task Version_is_one_line()
    {
        Result version = Binary.Run(Folder, "--version");

        await Assert.That((version.Status, version.Error)).IsEqualTo((0, ""));
        await Assert.That(version.Output).Matches(@"^frpc-gateway \d+\.\d+\.\d+\S*\n$");
    }

    [Test]
    public async Task Check_accepts_a_right_configuration_and_tells_all_that_is_wrong_with_another()
    {
        File.WriteAllText(Path.Combine(Folder, "right.json"), new GatewayFile().ToString());
        File.WriteAllText(Path.Combine(Folder, "wrong.json"), new GatewayFile { Workers = -1, Balancing = "leastCals", RouteMembers = """ "timout": 1 """ }.ToString());

        await Assert.That(Binary.Run(Folder, "check", "--config", "right.json"))
            .IsEqualTo(new Result(0, "right.json: valid: 2 listeners, 2 backends, 7 routes\n", ""));
        Result wrong = Binary.Run(Folder, "check", "--config", "wrong.json");
        await Assert.That((wrong.Status, wrong.Output)).IsEqualTo((2, ""));
        string[] lines = wrong.Error.TrimEnd('\n').Split('\n');
        foreach (string line in lines)
            await Assert.That(line).Matches(@"^wrong\.json:\d+:\d+: ");
        await Assert.That(lines).Contains(line => line.EndsWith("routes[0].timout: unknown name; did you mean \"timeout\"?", StringComparison.Ordinal));
        await Assert.That(lines).Contains(line => line.Contains("balancing: unknown value \"leastCals\"", StringComparison.Ordinal));
        await Assert.That(lines).Contains(line => line.Contains("workers: -1 is out of range", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_variable_of_the_environment_overrides_the_file()
    {
        File.WriteAllText(Path.Combine(Folder, "gateway.json"), new GatewayFile().ToString());

        await Assert.That(Binary.RunWith("FRPC__WORKERS", "3", Folder, "check").Status).IsEqualTo(0);
        Result wrong = Binary.RunWith("FRPC__WORKERS", "many", Folder, "check");
        await Assert.That((wrong.Status, wrong.Error)).IsEqualTo((2, "FRPC__WORKERS: \"many\" is not a whole number; write a whole number from 0 to 1024\n"));
    }

    [Test]
    public async Task Routes_prints_a_table_with_the_ids_as_they_are_on_the_wire()
    {
        File.WriteAllText(Path.Combine(Folder, "gateway.json"), new GatewayFile().ToString());

        Result routes = Binary.Run(Folder, "routes");

        await Assert.That((routes.Status, routes.Error)).IsEqualTo((0, ""));
        string[] lines = routes.Output.Split('\n');
        await Assert.That(lines[0]).Matches(@"^ID +NAME +METHOD +BACKEND +TIMEOUT$");
        await Assert.That(lines[1]).Matches(@"^0x6ad4023d +get +SmfStorage\.Get\(smf_gen::demo::Request\):smf_gen::demo::Response +smf-servers +(60s|1m)$");
        await Assert.That(lines.Length).IsEqualTo(7 + 2);
    }

    [Test]
    public async Task Id_computes_what_is_on_the_wire()
    {
        await Assert.That(Binary.Run(Folder, "id", "SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response"))
            .IsEqualTo(new Result(0, "0x6ad4023d 1792279101\n", ""));
        await Assert.That(Binary.Run(Folder, "id", "Echo").Status).IsEqualTo(0);
    }

    [Test]
    public async Task Call_makes_a_call_in_each_format_through_a_gateway()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());

        Result smf = Binary.Run(Folder, "call", gateway.SmfAddress, "--smf", "SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");
        Result frame = Binary.Run(Folder, "call", gateway.FrameAddress, "Echo", """{"Msg":"hello"}""");
        Result refused = Binary.Run(Folder, "call", gateway.FrameAddress, "Nowhere");

        await Assert.That((smf.Status, smf.Error)).IsEqualTo((0, ""));
        await Assert.That(smf.Output).Contains("reply    status 200", StringComparison.Ordinal);
        await Assert.That((frame.Status, frame.Error)).IsEqualTo((0, ""));
        await Assert.That(frame.Output).Contains("\n         {\"Msg\":\"hello\"}\nsuccess", StringComparison.Ordinal);
        await Assert.That(refused.Status).IsEqualTo(1);
        await Assert.That(refused.Output).Contains("no route for endpoint", StringComparison.Ordinal);
        await Assert.That(refused.Error).Contains("no route for endpoint", StringComparison.Ordinal);
    }

    [Test]
    public async Task Call_takes_octets_from_standard_input_and_gives_them_to_standard_output()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());
        string program = $"'{Binary.Path}' call {gateway.FrameAddress}";

        Result upload = Programs.Run(Programs.Start("bash", Folder, [], "-euo", "pipefail", "-c", $"head -c 10000000 /dev/zero | {program} Upload --octets - --json"));
        Result stream = Programs.Run(Programs.Start("bash", Folder, [], "-euo", "pipefail", "-c", $"""{program} Stream '{"{"}"Bytes":10000000{"}"}' -o - 2>report | wc -c"""));

        await Assert.That((upload.Status, upload.Error)).IsEqualTo((0, ""));
        await Assert.That(upload.Output).Contains("\"requestBytes\":10000000,", StringComparison.Ordinal);
        await Assert.That(upload.Output).EndsWith("\"reply\":{\"Bytes\":10000000}}\n", StringComparison.Ordinal);
        await Assert.That((stream.Status, stream.Output)).IsEqualTo((0, "10000000\n"));
        await Assert.That(File.ReadAllText(Path.Combine(Folder, "report"))).Contains("10000000 bytes to standard output\nsuccess", StringComparison.Ordinal);
    }

    [Test]
    public async Task Call_ends_when_nobody_reads_its_standard_output_any_more()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());
        string call = $$"""'{{Binary.Path}}' call {{gateway.FrameAddress}} Stream '{"Bytes":1000000000000}' -o - | head -c 10 | wc -c; exit ${PIPESTATUS[0]}""";

        Result result = Programs.Run(Programs.Start("bash", Folder, [], "-c", call));

        await Assert.That((result.Status, result.Output)).IsEqualTo((1, "10\n"));
        await Assert.That(result.Error).EndsWith(": standard output: cannot be written: Broken pipe\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("--conf", "gateway.json")]
    [Arguments("chek")]
    [Arguments("--config", "nowhere.json")]
    public async Task Wrong_words_and_a_missing_file_are_exit_status_2_and_told(params string[] args)
    {
        Result result = Binary.Run(Folder, args);

        await Assert.That((result.Status, result.Output)).IsEqualTo((2, ""));
        await Assert.That(result.Error).IsNotEqualTo("");
    }
}
