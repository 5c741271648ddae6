using System.CommandLine;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary><c>shutdown</c>: has a running gateway stop, for scripts and for containers that have no kill.</summary>
internal sealed class ShutdownCommand
{
    private readonly Option<string> _admin = new("--admin")
    {
        HelpName = "ADDRESS",
        Description = "Where the gateway's admin endpoint listens; by default the admin.address of its configuration.",
    };

    private readonly Option<string> _delay = new("--delay")
    {
        HelpName = "DURATION",
        Description = "How long to serve on, while load balancers see that callers should go elsewhere; 0s by default.",
    };

    private readonly ConfigOption _config;

    private ShutdownCommand(ConfigOption config) => _config = config;

    public static Command Create(ConfigOption config)
    {
        var shutdown = new ShutdownCommand(config);
        var command = new Command("shutdown", "Have a running gateway stop, and wait until it is gone.") { config.Option, shutdown._admin, shutdown._delay };
        command.SetAction(shutdown.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        InvocationConfiguration around = line.InvocationConfiguration;
        var problems = new List<string>();
        if (StopEndpoints.DelayForm.Read(line.GetValue(_delay) ?? "0s", SettingKind.Variable, out TimeSpan delay) is { } delayProblem)
            problems.Add($"--delay: {delayProblem}; write {StopEndpoints.DelayForm.Phrase}");
        Address? address = null;
        if (line.GetValue(_admin) is { } named)
            address = ReadAddress(named, problems);
        if (problems.Count > 0)
            return GatewayCommandLine.Refuse(line, around.Error, problems);
        address ??= FindAddress(line);
        return address is null ? ExitStatus.Wrong : new ShutdownRun(address, delay, around.Output, around.Error).StopAsync().GetAwaiter().GetResult();
    }

    private static Address? ReadAddress(string named, List<string> problems)
    {
        string? problem = AddressForm.ToListenOn.Read(named, SettingKind.Variable, out Address address) ?? (HasNoPort(address) ? "port 0 is nobody's" : null);
        if (problem is not null)
            problems.Add($"--admin: {problem}; write {AddressForm.ToListenOn.Phrase}");
        return address;
    }

    /// <summary>The address in the configuration; null, and told, where there is none to connect to.</summary>
    private Address? FindAddress(ParseResult line)
    {
        if (!_config.TryLoad(line, out ConfigurationFile? file, out GatewayConfiguration? configuration))
            return null;
        Address? address = configuration.Options!.Admin?.Address;
        if (address is not null && !HasNoPort(address))
            return address;
        string what = address is null ? "it has no admin endpoint" : $"the kernel chose the port of {address}, and only the gateway's first lines say which";
        line.InvocationConfiguration.Error.WriteLine($"{file.ShownAs}: {what}; name the address with --admin, or stop the process with SIGTERM");
        return null;
    }

    private static bool HasNoPort(Address address) => address is TcpAddress { Port: 0 };
}
