using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FrameRpc.Tests.Cli;

public sealed class ConfigTests
{
    private static readonly string Right = Given.With(listeners: """{ "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" }""");

    [Test]
    public async Task Check_counts_what_a_right_configuration_has()
    {
        using Command command = new Command().With(Right);

        await Assert.That(command.Run("check")).IsEqualTo(new Result(0, "gateway.json: valid: 1 listener, 2 backends, 1 route\n", ""));
    }

    [Test]
    public async Task Check_tells_all_mistakes_with_status_2()
    {
        using Command command = new Command { Environment = Given.Environment(("WORKERS", "x")) }.With(Given.With(rest: """ "a1": 1, "b2": 2"""));

        await Assert.That(command.Run("check")).IsEqualTo(new Result(2, "", """
                gateway.json:9:1: a1: unknown name; the names here are $schema, workers, listeners, backends, routes, limits, relay, spliceBytesMin, admin, accessLog, drainTimeout
                gateway.json:9:10: b2: unknown name; the names here are $schema, workers, listeners, backends, routes, limits, relay, spliceBytesMin, admin, accessLog, drainTimeout
                FRPC__WORKERS: "x" is not a whole number; write a whole number from 0 to 1024

                """));
    }

    [Test]
    public async Task Check_tells_that_a_schema_is_a_named_pipe_and_does_not_wait_for_it()
    {
        using Command command = new Command().With(Given.With(
            listeners: """{ "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" }""",
            routes: """{ "name": "a", "schema": "pipe.fbs", "service": "S", "backend": "storage" }"""));
        await Assert.That(Programs.Run(Programs.Start("mkfifo", command.WorkingDirectory, [], "pipe.fbs")).Status).IsEqualTo(0);

        await Assert.That(command.Run("check"))
            .IsEqualTo(new Result(2, "", "gateway.json:7:26: routes[0].schema: pipe.fbs: cannot be read: it is a named pipe, not a regular file\n"));
        await Assert.That(command.Run("id", "--schema", "pipe.fbs"))
            .IsEqualTo(new Result(2, "", "pipe.fbs: cannot be read: it is a named pipe, not a regular file\n"));
    }

    [Test]
    [Arguments("")]
    [Arguments("routes")]
    public async Task No_command_goes_on_with_a_wrong_configuration(string name)
    {
        using Command command = new Command().With("{");

        Result result = command.Run(name.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        await Assert.That((result.Status, result.Output)).IsEqualTo((2, ""));
        await Assert.That(result.Error).StartsWith("gateway.json:1:2: not valid JSON: ", StringComparison.Ordinal);
    }

    [Test]
    public async Task Check_tells_an_address_in_use_at_its_place()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        using Command command = new Command().With(Given.With(
            listeners: $$"""{ "name": "smf", "address": "127.0.0.1:{{port}}", "protocol": "smf" }""",
            rest: $$""" "admin": { "address": "unix:/nowhere/at/all.sock" }"""));

        await Assert.That(command.Run("check")).IsEqualTo(new Result(2, "", $"""
                gateway.json:3:29: listeners[0].address: address in use: something else listens on 127.0.0.1:{port}
                gateway.json:9:23: admin.address: the directory /nowhere/at does not exist

                """));
    }

    [Test]
    public async Task An_address_in_use_that_a_variable_gave_is_told_by_the_variable()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string address = $"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        using Command command = new Command { Environment = Given.Environment(("LISTENERS__0__ADDRESS", address)) }.With(Right);

        await Assert.That(command.Run("check"))
            .IsEqualTo(new Result(2, "", $"FRPC__LISTENERS__0__ADDRESS: address in use: something else listens on {address}\n"));
    }

    [Test]
    public async Task Routes_are_printed_as_an_aligned_table()
    {
        using Command command = new Command { Environment = Given.Environment(("ROUTES__1__TIMEOUT", "90s")) }
            .With(Encoding.UTF8.GetString(Repository.Read("gateway.json")));

        await Assert.That(command.Run("routes")).IsEqualTo(new Result(0, """
                ID          NAME         METHOD                                                          BACKEND      TIMEOUT
                0x6ad4023d  storage-get  SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response  demo-smf     2s
                0xb7369f0c  echo         Echo                                                            demo-frames  90s
                0x888589a1  echo-octets  EchoOctets                                                      demo-frames  30s
                0xf745bb2a  stream       Stream                                                          demo-frames  30s

                """, ""));
    }

    [Test]
    public async Task A_route_by_number_has_no_method_to_show()
    {
        using Command command = new Command().With(Right);

        await Assert.That(command.Run("routes")).IsEqualTo(new Result(0, """
                ID          NAME  METHOD  BACKEND  TIMEOUT
                0x00000007  get   -       storage  30s

                """, ""));
    }

    [Test]
    public async Task A_schema_beside_the_configuration_makes_a_route_of_each_method()
    {
        using var command = new Command();
        Directory.CreateDirectory(Path.Combine(command.WorkingDirectory, "etc"));
        command
            .With("namespace smf_gen.demo; table Request {} table Response {} rpc_service SmfStorage { Get(Request):Response; }", "etc/demo.fbs")
            .With(
                Given.With(
                    listeners: """{ "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" }""",
                    routes: """{ "name": "all", "schema": "demo.fbs", "service": "SmfStorage", "backend": "storage" }"""),
                "etc/right.json")
            .With(Given.With(routes: """{ "name": "all", "schema": "dmo.fbs", "service": "SmfStorage", "backend": "storage" }"""), "etc/wrong.json");

        await Assert.That(command.Run("check", "--config", "etc/right.json"))
            .IsEqualTo(new Result(0, "etc/right.json: valid: 1 listener, 2 backends, 1 route\n", ""));
        await Assert.That(command.Run("routes", "--config", "etc/right.json")).IsEqualTo(new Result(0, """
                ID          NAME     METHOD                                                          BACKEND  TIMEOUT
                0x6ad4023d  all.Get  SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response  storage  30s

                """, ""));
        await Assert.That(command.Run("check", "--config", "etc/wrong.json"))
            .IsEqualTo(new Result(2, "", "etc/wrong.json:7:28: routes[0].schema: etc/dmo.fbs: no such file\n"));
    }

    [Test]
    public async Task The_file_can_be_named_before_and_after_the_command()
    {
        using Command command = new Command().With(Right, "other.json");
        var fine = new Result(0, "other.json: valid: 1 listener, 2 backends, 1 route\n", "");

        await Assert.That(command.Run("check", "--config", "other.json")).IsEqualTo(fine);
        await Assert.That(command.Run("--config", "other.json", "check")).IsEqualTo(fine);
    }

    [Test]
    public async Task The_file_beside_the_program_is_used_when_the_working_directory_has_none()
    {
        using var command = new Command();
        string path = Path.Combine(command.ProgramDirectory, "gateway.json");
        File.WriteAllText(path, Right);

        await Assert.That(command.Run("check")).IsEqualTo(new Result(0, $"{path}: valid: 1 listener, 2 backends, 1 route\n", ""));
    }

    [Test]
    public async Task A_run_says_which_file_it_uses()
    {
        using Command command = new Command().With(Given.With(listeners: """{ "name": "smf", "address": "unix:/nowhere/at/all.sock", "protocol": "smf" }"""));

        await Assert.That(command.Run().Output).StartsWith("frpc-gateway: running with gateway.json\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_missing_file_is_told_with_a_way_to_get_one()
    {
        using var command = new Command();

        await Assert.That(command.Run())
            .IsEqualTo(new Result(2, "", $"gateway.json: no such file in {command.WorkingDirectory} or {command.ProgramDirectory}; "
                + "copy the gateway.json that comes with frpc-gateway, which works unchanged, or name a file with --config FILE\n"));
    }

    [Test]
    public async Task A_named_file_that_is_missing_is_not_replaced_by_another()
    {
        using Command command = new Command().With(Right);

        await Assert.That(command.Run("check", "--config", "other.json")).IsEqualTo(new Result(2, "", "other.json: no such file\n"));
        await Assert.That(command.Run("check", "--config", ".")).IsEqualTo(new Result(2, "", ".: is a directory; name the file in it\n"));
    }

    [Test]
    public async Task A_file_without_end_is_not_read_to_its_end()
    {
        using var command = new Command();

        await Assert.That(command.Run("check", "--config", "/dev/zero"))
            .IsEqualTo(new Result(2, "", "/dev/zero: is larger than the maximum of 16777216 bytes\n"));
    }
}
