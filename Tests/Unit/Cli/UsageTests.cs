
namespace FrameRpc.Tests.Cli;

public sealed class UsageTests
{
    [Test]
    [Arguments("chekc", "frpc-gateway: Unrecognized command or argument 'chekc'. Did you mean 'check'?\nTry \"frpc-gateway --help\".\n")]
    [Arguments("check --confg", "frpc-gateway: Unrecognized command or argument '--confg'. Did you mean '--config'?\nTry \"frpc-gateway check --help\".\n")]
    [Arguments("--config", "frpc-gateway: Required argument missing for option: '--config'.\nTry \"frpc-gateway --help\".\n")]
    [Arguments("id", "frpc-gateway: 0 names do not identify a method; write SERVICE METHOD REQUEST REPLY, or ENDPOINT, or --schema FILE\nTry \"frpc-gateway id --help\".\n")]
    [Arguments("id a b", "frpc-gateway: 2 names do not identify a method; write SERVICE METHOD REQUEST REPLY, or ENDPOINT, or --schema FILE\nTry \"frpc-gateway id --help\".\n")]
    public async Task Wrong_words_are_one_line_and_status_2(string args, string error)
    {
        using var command = new Command();

        await Assert.That(command.Run(args.Split(' '))).IsEqualTo(new Result(2, "", error));
    }

    [Test]
    [Arguments("--help", "  FRPC__LIMITS__CONNECTIONSMAX=2000 frpc-gateway\n")]
    [Arguments("check --help", "  frpc-gateway check --config /etc/frpc/gateway.json\n")]
    [Arguments("routes -h", "  frpc-gateway routes\n")]
    [Arguments("shutdown --help", "  frpc-gateway shutdown --config /etc/frpc/gateway.json --delay 5s\n")]
    [Arguments("id -?", "  frpc-gateway id Echo\n")]
    [Arguments("id --help", "  frpc-gateway id --schema examples/storage/storage.fbs SmfStorage\n")]
    [Arguments("demo --help", "  frpc-gateway demo --protocol smf --address 127.0.0.1:7001\n")]
    [Arguments("bench --help", "  frpc-gateway bench 127.0.0.1:8888 --protocol frame --rate 10000 --duration 30s\n")]
    [Arguments("call --help", "  frpc-gateway call 127.0.0.1:8888 Echo '{\"Msg\":\"hello\"}'\n")]
    [Arguments("call --help", "  frpc-gateway call 127.0.0.1:8888 Upload --octets backup.tar --timeout 30s\n")]
    [Arguments("call --help", "  frpc-gateway call 127.0.0.1:11225 --smf --schema storage.fbs SmfStorage Get --payload request.bin --output reply.bin\n")]
    public async Task Help_ends_with_examples(string args, string example)
    {
        using var command = new Command();

        Result result = command.Run(args.Split(' '));

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        await Assert.That(result.Output).Contains("Examples:\n", StringComparison.Ordinal);
        await Assert.That(result.Output).Contains(example, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("check")]
    [Arguments("routes")]
    [Arguments("id Echo")]
    [Arguments("--config gateway.json")]
    public async Task Standard_output_on_a_full_disk_is_one_line_and_status_1(string args)
    {
        using Command command = new Command().With(Given.With());

        await Assert.That(command.RunOnFullDisk(args.Split(' ')))
            .IsEqualTo(new Result(1, "", "frpc-gateway: cannot write to standard output: No space left on device\n"));
    }

    [Test]
    public async Task The_version_names_the_program()
    {
        using var command = new Command();

        Result result = command.Run("--version");

        await Assert.That(result.Status).IsEqualTo(0);
        await Assert.That(result.Output).StartsWith("frpc-gateway 0.", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("id SmfStorage Get smf_gen::demo::Request smf_gen::demo::Response", "0x6ad4023d 1792279101\n")]
    [Arguments("id Echo", "0xb7369f0c 3073810188\n")]
    [Arguments("id @Echo", "0x08a3ef44 144961348\n")]
    public async Task Ids_are_printed_in_hexadecimal_and_decimal(string args, string output)
    {
        using var command = new Command();

        await Assert.That(command.Run(args.Split(' '))).IsEqualTo(new Result(0, output, ""));
    }
}
