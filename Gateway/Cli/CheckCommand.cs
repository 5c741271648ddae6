using System.CommandLine;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>check</c>: reports every error in the configuration, including addresses that are not free on this machine.</summary>
internal static class CheckCommand
{
    public static Command Create(ConfigOption config)
    {
        var command = new Command("check", "Check the configuration and report every error. Also checks that the addresses are free.") { config.Option };
        command.SetAction(line => Run(line, config));
        return command;
    }

    private static int Run(ParseResult line, ConfigOption config)
    {
        if (!config.TryLoad(line, out ConfigurationFile? file, out GatewayConfiguration? configuration))
            return ExitStatus.UsageError;
        Mistake[] mistakes = [.. MachineMistakes.Find(configuration)];
        foreach (Mistake mistake in mistakes)
            line.InvocationConfiguration.Error.WriteLine(mistake);
        if (mistakes.Length > 0)
            return ExitStatus.UsageError;
        line.InvocationConfiguration.Output.WriteLine($"{file.ShownAs}: valid: {Summary(configuration.Options!)}");
        return ExitStatus.Success;
    }

    private static string Summary(GatewayOptions options) =>
        $"{Count(options.Listeners.Count, "listener")}, {Count(options.Backends.Count, "backend")}, {Count(options.Routes.Count, "route")}";

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
