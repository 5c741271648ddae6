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

    private readonly Option<string> _tokenFile = new("--token-file")
    {
        HelpName = "FILE",
        Description = "The file with the gateway's token; by default the admin.tokenFile of its configuration, unless --admin names the address.",
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
        var command = new Command("shutdown", "Have a running gateway stop, and wait until it is gone.") { config.Option, shutdown._admin, shutdown._tokenFile, shutdown._delay };
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
                return ExitStatus.Wrong;
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
            around.Error.WriteLine($"{tokenName}: {problem.Message}; run this as the user of the gateway or as root, where it runs, or stop its process with SIGTERM");
            return ExitStatus.Failed;
        }
        return new ShutdownRun(address, delay, around.Output, around.Error) { Token = token }.StopAsync().GetAwaiter().GetResult();
    }

    private static Address? ReadAddress(string named, List<string> problems)
    {
        string? problem = AddressForm.ToListenOn.Read(named, SettingKind.Variable, out Address address) ?? (HasNoPort(address) ? "port 0 is nobody's" : null);
        if (problem is not null)
            problems.Add($"--admin: {problem}; write {AddressForm.ToListenOn.Phrase}");
        return address;
    }

    /// <summary>The admin endpoint of the configuration; null, and told, where there is none to connect to.</summary>
    private AdminOptions? FindAdmin(ParseResult line, out string shownAs)
    {
        shownAs = "";
        if (!_config.TryLoad(line, out ConfigurationFile? file, out GatewayConfiguration? configuration))
            return null;
        shownAs = file.ShownAs;
        AdminOptions? admin = configuration.Options!.Admin;
        if (admin is not null && !HasNoPort(admin.Address))
            return admin;
        string what = admin is null ? "it has no admin endpoint; name the address with --admin"
            : $"the kernel chose the port of {admin.Address}, and only the gateway's first lines say which; name the address with --admin, and the token with --token-file";
        line.InvocationConfiguration.Error.WriteLine($"{shownAs}: {what}, or stop the process with SIGTERM");
        return null;
    }

    private static bool HasNoPort(Address address) => address is TcpAddress { Port: 0 };
}
