using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("chekc", "frpc-gateway: Unrecognized command or argument 'chekc'. Did you mean 'check'?\nTry \"frpc-gateway --help\".\n")]
    [InlineData("check --confg", "frpc-gateway: Unrecognized command or argument '--confg'. Did you mean '--config'?\nTry \"frpc-gateway check --help\".\n")]
    [InlineData("--config", "frpc-gateway: Required argument missing for option: '--config'.\nTry \"frpc-gateway --help\".\n")]
    [InlineData("id", "frpc-gateway: 0 names say no method: it takes SERVICE METHOD REQUEST REPLY, or ENDPOINT, or --schema FILE\nTry \"frpc-gateway id --help\".\n")]
    [InlineData("id a b", "frpc-gateway: 2 names say no method: it takes SERVICE METHOD REQUEST REPLY, or ENDPOINT, or --schema FILE\nTry \"frpc-gateway id --help\".\n")]
    public void Wrong_words_are_one_line_and_status_2(string args, string error)
    {
        using var command = new Command();

        Assert.Equal(new Result(2, "", error), command.Run(args.Split(' ')));
    }

    [Theory]
    [InlineData("--help", "  FRPC__LIMITS__CONNECTIONSMAX=2000 frpc-gateway\n")]
    [InlineData("check --help", "  frpc-gateway check --config /etc/frpc/gateway.json\n")]
    [InlineData("routes -h", "  frpc-gateway routes\n")]
    [InlineData("shutdown --help", "  frpc-gateway shutdown --config /etc/frpc/gateway.json --delay 5s\n")]
    [InlineData("id -?", "  frpc-gateway id Echo\n")]
    [InlineData("id --help", "  frpc-gateway id --schema examples/storage/storage.fbs SmfStorage\n")]
    [InlineData("demo --help", "  frpc-gateway demo --protocol smf --address 127.0.0.1:7001\n")]
    [InlineData("bench --help", "  frpc-gateway bench 127.0.0.1:8888 --protocol frame --rate 10000 --duration 30s\n")]
    [InlineData("call --help", "  frpc-gateway call 127.0.0.1:8888 Echo '{\"Msg\":\"hello\"}'\n")]
    [InlineData("call --help", "  frpc-gateway call 127.0.0.1:8888 Upload --octets backup.tar --timeout 30s\n")]
    [InlineData("call --help", "  frpc-gateway call 127.0.0.1:11225 --smf --schema storage.fbs SmfStorage Get --payload request.bin --output reply.bin\n")]
    public void Help_ends_with_examples(string args, string example)
    {
        using var command = new Command();

        Result result = command.Run(args.Split(' '));

        Assert.Equal((0, ""), (result.Status, result.Error));
        Assert.Contains("Examples:\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(example, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("routes")]
    [InlineData("id Echo")]
    [InlineData("--config gateway.json")]
    public void Standard_output_on_a_full_disk_is_one_line_and_status_1(string args)
    {
        using Command command = new Command().With(Given.With());

        Assert.Equal(new Result(1, "", "frpc-gateway: cannot write to standard output: No space left on device\n"), command.RunOnFullDisk(args.Split(' ')));
    }

    [Fact]
    public void The_version_names_the_program()
    {
        using var command = new Command();

        Result result = command.Run("--version");

        Assert.Equal(0, result.Status);
        Assert.StartsWith("frpc-gateway 0.", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id SmfStorage Get smf_gen::demo::Request smf_gen::demo::Response", "0x6ad4023d 1792279101\n")]
    [InlineData("id Echo", "0xb7369f0c 3073810188\n")]
    [InlineData("id @Echo", "0x08a3ef44 144961348\n")]
    public void Ids_are_printed_in_hexadecimal_and_decimal(string args, string output)
    {
        using var command = new Command();

        Assert.Equal(new Result(0, output, ""), command.Run(args.Split(' ')));
    }
}
