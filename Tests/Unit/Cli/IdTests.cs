using System.Text.Json.Nodes;

namespace FrameRpc.Tests.Cli;

public sealed class IdTests
{
    private const string Demo =
        """
        namespace smf_gen.demo; table Request {} table Response {}
        rpc_service SmfStorage { Get(Request):Response; PutAll(Request):Response; }
        rpc_service Other { Get(Response):Request; }
        """;

    [Test]
    public async Task All_methods_of_a_schema_are_printed_as_an_aligned_table()
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        await Assert.That(command.Run("id", "--schema", "demo.fbs")).IsEqualTo(new Result(0, """
                ID          DECIMAL     METHOD             REQUEST → REPLY
                0x6ad4023d  1792279101  SmfStorage.Get     smf_gen::demo::Request → smf_gen::demo::Response
                0x6eda025c  1859781212  SmfStorage.PutAll  smf_gen::demo::Request → smf_gen::demo::Response
                0x3951f57a  961672570   Other.Get          smf_gen::demo::Response → smf_gen::demo::Request

                """, ""));
    }

    [Test]
    [Arguments("SmfStorage", "SmfStorage.Get SmfStorage.PutAll")]
    [Arguments("smf_gen.demo.Other", "Other.Get")]
    [Arguments("SmfStorage PutAll", "SmfStorage.PutAll")]
    public async Task Words_choose_a_service_and_a_method(string words, string methods)
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        Result result = command.Run(["id", "--schema", "demo.fbs", .. words.Split(' ')]);

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output.TrimEnd('\n').Split('\n')[1..].Select(row => row.Split("  ", StringSplitOptions.RemoveEmptyEntries)[2]))
            .IsSequence(methods.Split(' '));
    }

    [Test]
    public async Task Programs_get_json()
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        JsonNode json = JsonNode.Parse(command.Run("id", "--schema", "demo.fbs", "SmfStorage", "Get", "--json").Output)!;

        await Assert.That(json.ToJsonString())
            .IsEqualTo("""[{"id":"0x6ad4023d","decimal":1792279101,"service":"SmfStorage","method":"Get","request":"smf_gen::demo::Request","reply":"smf_gen::demo::Response"}]""");
    }

    [Test]
    [Arguments("SmfStorag", "demo.fbs: there is no service \"SmfStorag\"; did you mean \"SmfStorage\"?")]
    [Arguments("Nothing", "demo.fbs: there is no service \"Nothing\"; the services are SmfStorage, Other")]
    [Arguments("SmfStorage Putall", "demo.fbs: there is no method \"Putall\"; did you mean \"PutAll\"?")]
    [Arguments("Other Put", "demo.fbs: there is no method \"Put\"; the methods are Get")]
    [Arguments("SmfStorage Get Request", "--schema FILE takes at most SERVICE and METHOD")]
    public async Task Words_that_name_nothing_are_refused(string words, string problem)
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        await Assert.That(command.Run(["id", "--schema", "demo.fbs", .. words.Split(' ')]))
            .IsEqualTo(new Result(2, "", $"frpc-gateway: {problem}\nTry \"frpc-gateway id --help\".\n"));
    }

    [Test]
    public async Task Json_and_an_empty_name_of_a_file_are_refused()
    {
        using var command = new Command();

        await Assert.That(command.Run("id", "Echo", "--json"))
            .IsEqualTo(new Result(2, "", "frpc-gateway: --json requires --schema FILE\nTry \"frpc-gateway id --help\".\n"));
        await Assert.That(command.Run("id", "--schema", ""))
            .IsEqualTo(new Result(2, "", "frpc-gateway: --schema requires a file\nTry \"frpc-gateway id --help\".\n"));
    }

    [Test]
    public async Task A_schema_that_is_wrong_or_missing_is_told_with_status_2()
    {
        using Command command = new Command().With("table T {}\nrpc_service S { A(Tt):T;\n B(T):U; }", "demo.fbs");

        await Assert.That(command.Run("id", "--schema", "demo.fbs")).IsEqualTo(new Result(2, "", """
                demo.fbs:2:19: type "Tt" is not defined; define it, or include the file that does
                demo.fbs:3:7: type "U" is not defined; define it, or include the file that does

                """));
        await Assert.That(command.Run("id", "--schema", "nowhere.fbs")).IsEqualTo(new Result(2, "", "nowhere.fbs: no such file\n"));
    }
}
