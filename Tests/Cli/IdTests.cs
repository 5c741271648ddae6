using System.Text.Json;
using Xunit;

namespace FrameRpc.Tests.Cli;

public sealed class IdTests
{
    private const string Demo =
        """
        namespace smf_gen.demo; table Request {} table Response {}
        rpc_service SmfStorage { Get(Request):Response; PutAll(Request):Response; }
        rpc_service Other { Get(Response):Request; }
        """;

    [Fact]
    public void All_methods_of_a_schema_are_printed_as_an_aligned_table()
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        Assert.Equal(
            new Result(0, """
                ID          DECIMAL     METHOD             REQUEST → REPLY
                0x6ad4023d  1792279101  SmfStorage.Get     smf_gen::demo::Request → smf_gen::demo::Response
                0x6eda025c  1859781212  SmfStorage.PutAll  smf_gen::demo::Request → smf_gen::demo::Response
                0x3951f57a  961672570   Other.Get          smf_gen::demo::Response → smf_gen::demo::Request

                """, ""),
            command.Run("id", "--schema", "demo.fbs"));
    }

    [Theory]
    [InlineData("SmfStorage", "SmfStorage.Get SmfStorage.PutAll")]
    [InlineData("smf_gen.demo.Other", "Other.Get")]
    [InlineData("SmfStorage PutAll", "SmfStorage.PutAll")]
    public void Words_choose_a_service_and_a_method(string words, string methods)
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        Result result = command.Run(["id", "--schema", "demo.fbs", .. words.Split(' ')]);

        Assert.Equal((0, ""), (result.Status, result.Error));
        Assert.Equal(methods.Split(' '), result.Output.TrimEnd('\n').Split('\n')[1..].Select(row => row.Split("  ", StringSplitOptions.RemoveEmptyEntries)[2]));
    }

    [Fact]
    public void Programs_get_json()
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        using JsonDocument json = JsonDocument.Parse(command.Run("id", "--schema", "demo.fbs", "SmfStorage", "Get", "--json").Output);

        Assert.Equal(
            """[{"id":"0x6ad4023d","decimal":1792279101,"service":"SmfStorage","method":"Get","request":"smf_gen::demo::Request","reply":"smf_gen::demo::Response"}]""",
            JsonSerializer.Serialize(json.RootElement));
    }

    [Theory]
    [InlineData("SmfStorag", "demo.fbs: there is no service \"SmfStorag\"; did you mean \"SmfStorage\"?")]
    [InlineData("Nothing", "demo.fbs: there is no service \"Nothing\"; the services are SmfStorage, Other")]
    [InlineData("SmfStorage Putall", "demo.fbs: there is no method \"Putall\"; did you mean \"PutAll\"?")]
    [InlineData("Other Put", "demo.fbs: there is no method \"Put\"; the methods are Get")]
    [InlineData("SmfStorage Get Request", "--schema FILE takes SERVICE and METHOD at most")]
    public void Words_that_name_nothing_are_refused(string words, string problem)
    {
        using Command command = new Command().With(Demo, "demo.fbs");

        Assert.Equal(
            new Result(2, "", $"frpc-gateway: {problem}\nTry \"frpc-gateway id --help\".\n"),
            command.Run(["id", "--schema", "demo.fbs", .. words.Split(' ')]));
    }

    [Fact]
    public void Json_and_an_empty_name_of_a_file_are_refused()
    {
        using var command = new Command();

        Assert.Equal(new Result(2, "", "frpc-gateway: --json goes with --schema FILE\nTry \"frpc-gateway id --help\".\n"), command.Run("id", "Echo", "--json"));
        Assert.Equal(new Result(2, "", "frpc-gateway: --schema takes a file\nTry \"frpc-gateway id --help\".\n"), command.Run("id", "--schema", ""));
    }

    [Fact]
    public void A_schema_that_is_wrong_or_missing_is_told_with_status_2()
    {
        using Command command = new Command().With("table T {}\nrpc_service S { A(Tt):T;\n B(T):U; }", "demo.fbs");

        Assert.Equal(
            new Result(2, "", """
                demo.fbs:2:19: type "Tt" is not defined; define it, or include the file that does
                demo.fbs:3:7: type "U" is not defined; define it, or include the file that does

                """),
            command.Run("id", "--schema", "demo.fbs"));
        Assert.Equal(new Result(2, "", "nowhere.fbs: there is no such file\n"), command.Run("id", "--schema", "nowhere.fbs"));
    }
}
