using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Configuration;

public sealed class EnvironmentTests
{
    private const string Sizes = "write a size from 1 byte to 2147483647 bytes (2 GiB - 1), such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes";

    [Test]
    public async Task A_variable_overrides_the_file()
    {
        GatewayOptions options = Given.Options(
            Given.With(rest: """ "workers": 3, "admin": { "address": "127.0.0.1:2" }"""),
            ("WORKERS", "5"), ("ADMIN__ADDRESS", "127.0.0.1:3"), ("listeners__0__address", "127.0.0.1:4"), ("LIMITS__MESSAGEBYTESMAX", "4096"));

        await Assert.That((options.Workers, options.Admin!.Address, options.Listeners[0].Address, options.Limits.MessageBytesMax))
            .IsEqualTo((5, (Address)new TcpAddress("127.0.0.1", 3), (Address)new TcpAddress("127.0.0.1", 4), 4096L));
    }

    [Test]
    public async Task Variables_say_how_bodies_are_relayed()
    {
        GatewayOptions options = Given.Options(
            Given.With(rest: """ "relay": "copy", "limits": { "pipesMax": 1 }"""), ("RELAY", "splice"), ("SPLICEBYTESMIN", "1"), ("LIMITS__PIPESMAX", "2"));

        await Assert.That(options.Relay).IsEqualTo(new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 2 });
    }

    [Test]
    public async Task Variables_may_add_what_the_file_has_not()
    {
        GatewayOptions options = Given.Options(
            Given.With(),
            ("ADMIN__ADDRESS", "127.0.0.1:3"),
            ("LISTENERS__1__NAME", "second"), ("LISTENERS__1__ADDRESS", "127.0.0.1:9"), ("LISTENERS__1__PROTOCOL", "frame"),
            ("BACKENDS__MORE__PROTOCOL", "smf"), ("BACKENDS__MORE__SERVERS__0", "10.0.0.3:1"), ("BACKENDS__MORE__SERVERS__1__ADDRESS", "10.0.0.4:1"),
            ("BACKENDS__STORAGE__SERVERS__1", "10.0.0.2:1"));

        await Assert.That(options.Listeners.Select(l => l.Name)).IsSequence(["smf", "second"]);
        await Assert.That(options.Backends.Select(b => b.Name)).IsSequence(["storage", "files", "MORE"]);
        await Assert.That(options.Backends[0].Servers.Select(s => s.Address.ToString())).IsSequence(["10.0.0.1:1", "10.0.0.2:1"]);
        await Assert.That(options.Backends[2].Servers.Select(s => s.Address.ToString())).IsSequence(["10.0.0.3:1", "10.0.0.4:1"]);
        await Assert.That(options.Admin!.Address).IsEqualTo(new TcpAddress("127.0.0.1", 3));
    }

    [Test]
    public async Task A_variable_for_a_server_replaces_all_of_it()
    {
        GatewayOptions options = Given.Options(
            Given.With(backends: """ "storage": { "protocol": "smf", "servers": [{ "address": "x:1", "weight": 7 }] }"""), ("BACKENDS__STORAGE__SERVERS__0", "y:1"));

        await Assert.That(options.Backends[0].Servers).IsSequence([new BackendServerOptions { Address = new TcpAddress("y", 1), Weight = 1 }]);
    }

    [Test]
    public async Task A_mistake_in_a_variable_names_the_variable_and_comes_after_those_of_the_file() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "workers": "x" """), ("LIMITS__MESSAGEBYTESMAX", "64MB"))).IsSequence([
            "gateway.json:9:12: workers: is a string; write a whole number from 0 to 1024",
            $"FRPC__LIMITS__MESSAGEBYTESMAX: \"64MB\" is not a size; {Sizes}",
        ]);

    [Test]
    [Arguments("LIMITS__WRITETIMEOT", "1s", "FRPC__LIMITS__WRITETIMEOT: unknown name \"WRITETIMEOT\"; did you mean \"writeTimeout\"?")]
    [Arguments("LIMTS__WRITETIMEOUT", "1s", "FRPC__LIMTS__WRITETIMEOUT: unknown name \"LIMTS\"; did you mean \"limits\"?")]
    [Arguments("WORKERS", "many", "FRPC__WORKERS: \"many\" is not a whole number; write a whole number from 0 to 1024")]
    [Arguments("WORKERS", "", "FRPC__WORKERS: \"\" is not a whole number; write a whole number from 0 to 1024")]
    [Arguments("LIMITS", "x", "FRPC__LIMITS: is a single value; write an object, in variables that begin with FRPC__LIMITS__")]
    [Arguments("LISTENERS__0", "x", "FRPC__LISTENERS__0: is a single value; write an object, in variables that begin with FRPC__LISTENERS__0__")]
    [Arguments("LISTENERS__5__NAME", "x", "FRPC__LISTENERS__5__NAME: \"5\" is not the number of an entry; the next one is 1")]
    [Arguments("LISTENERS__SMF__NAME", "x", "FRPC__LISTENERS__SMF__NAME: \"SMF\" is not the number of an entry; the next one is 1")]
    [Arguments("ROUTES__0__BACKEND", "storag", "FRPC__ROUTES__0__BACKEND: there is no backend \"storag\"; did you mean \"storage\"?")]
    [Arguments("ROUTES__0__ID", "0", "FRPC__ROUTES__0__ID: 0 is not a request id, because servers close the connection on it; "
        + "write an id from 1 to 0xffffffff, such as \"0x6ad4023d\", \"1792279101\" or 1792279101")]
    public async Task Every_kind_of_mistake_in_a_variable_is_found(string variable, string value, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(), (variable, value))).IsSequence([mistake]);

    [Test]
    public async Task What_variables_leave_out_is_told_by_the_variables_that_lack() =>
        await Assert.That(Given.Mistakes(Given.With(), ("LISTENERS__1__NAME", "x"))).IsSequence([
            "FRPC__LISTENERS__1__ADDRESS: missing; write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\"",
            "FRPC__LISTENERS__1__PROTOCOL: missing; write \"frame\" or \"smf\"",
        ]);

    [Test]
    public async Task The_variables_of_the_process_are_read_without_regard_to_case()
    {
        // Programs that other tests start meanwhile inherit it, and run as well with it.
        Environment.SetEnvironmentVariable("frpc__limits__writetimeout", "7s");
        try
        {
            var configuration = GatewayConfiguration.Read(System.Text.Encoding.UTF8.GetBytes(Given.With()), "gateway.json", EnvironmentOverrides.OfProcess(), Given.NoSchemas);

            await Assert.That(configuration.Options!.Limits.WriteTimeout).IsEqualTo(TimeSpan.FromSeconds(7));
        }
        finally
        {
            Environment.SetEnvironmentVariable("frpc__limits__writetimeout", null);
        }
    }
}
