using System.CommandLine;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary><c>shutdown</c>: stops a running gateway, for scripts and for containers that have no kill.</summary>
internal sealed class ShutdownCommand
{
    private readonly Option<string> _admin = new("--admin")
    {
        HelpName = "ADDRESS",
        Description = "Admin address of the gateway. Default: admin.address of the configuration.",
    };

    private readonly Option<string> _delay = new("--delay")
    {
        HelpName = "DURATION",
        Description = "How long to keep serving, with /readyz at 503, so that load balancers can notice. Default: 0s.",
    };

    private readonly Option<string> _tokenFile = new("--token-file")
    {
        HelpName = "FILE",
        Description = "File with the admin token of the gateway. Default: admin.tokenFile of the configuration, unless --admin is given.",
    };

    private readonly ConfigOption _config;
    private readonly string _workingDirectory;

    private ShutdownCommand(ConfigOption config, string workingDirectory)
    {
        _config = config;
        _workingDirectory = workingDirectory;
    }

    public static Command Create(ConfigOption config, string workingDirectory)
    {
        var shutdown = new ShutdownCommand(config, workingDirectory);
        var command = new Command("shutdown", "Stop a running gateway and wait for it to exit.")
        {
            config.Option, shutdown._admin, shutdown._tokenFile, shutdown._delay,
        };
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
        (string? File, string Name) token = (line.GetValue(_tokenFile), "--token-file");
        if (address is null)
        {
            if (FindAdmin(line, out string shownAs) is not { } admin)
                return ExitStatus.UsageError;
            address = admin.Address;
            if (token.File is null)
                token = (admin.TokenFile, $"{shownAs}: admin.tokenFile");
        }
        return Stop(address, delay, token.File, token.Name, around);
    }

    private int Stop(Address address, TimeSpan delay, string? tokenFile, string tokenName, InvocationConfiguration around)
    {
        string? token = null;
        try
        {
            if (tokenFile is not null)
                token = AdminToken.ReadText(Path.Combine(_workingDirectory, tokenFile));
        }
        // Over a Unix socket the gateway's own user and root need none.
        catch (IOException) when (address is UnixAddress)
        {
        }
        catch (IOException problem)
        {
            around.Error.WriteLine($"{tokenName}: {problem.Message}; "
                + "run this command as root or as the user of the gateway, on its machine, or send SIGTERM to the process");
            return ExitStatus.Failed;
        }
        return new ShutdownRun(address, delay, around.Output, around.Error) { Token = token }.StopAsync().GetAwaiter().GetResult();
    }

    private static Address? ReadAddress(string named, List<string> problems)
    {
        string? problem = AddressForm.ToListenOn.Read(named, SettingKind.Variable, out Address address)
            ?? (HasNoPort(address) ? "port 0 is not a valid port" : null);
        if (problem is not null)
            problems.Add($"--admin: {problem}; write {AddressForm.ToListenOn.Phrase}");
        return address;
    }

    /// <summary>The admin endpoint of the configuration; null, with a message, if there is none to connect to.</summary>
    private AdminOptions? FindAdmin(ParseResult line, out string shownAs)
    {
        shownAs = "";
        if (!_config.TryLoad(line, out ConfigurationFile? file, out GatewayConfiguration? configuration))
            return null;
        shownAs = file.ShownAs;
        AdminOptions? admin = configuration.Options!.Admin;
        if (admin is not null && !HasNoPort(admin.Address))
            return admin;
        string what = admin is null ? "it has no admin endpoint; give the address with --admin"
            : $"the kernel chose the port of {admin.Address}, and the gateway printed it at start; "
                + "give the address with --admin and the token with --token-file";
        line.InvocationConfiguration.Error.WriteLine($"{shownAs}: {what}, or send SIGTERM to the process");
        return null;
    }

    private static bool HasNoPort(Address address) => address is TcpAddress { Port: 0 };
}
