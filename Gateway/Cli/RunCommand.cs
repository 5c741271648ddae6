using System.CommandLine;
using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>frpc-gateway</c> without a command: runs until it is told to stop.</summary>
internal static class RunCommand
{
    public static void AddTo(RootCommand root, ConfigOption config)
    {
        root.Add(config.Option);
        root.SetAction(line => Run(line, config));
    }

    private static int Run(ParseResult line, ConfigOption config)
    {
        if (!config.TryLoad(line, out ConfigurationFile? file, out GatewayConfiguration? configuration))
            return ExitStatus.UsageError;
        TextWriter output = line.InvocationConfiguration.Output;
        output.WriteLine($"{GatewayCommandLine.Program}: running with {file.ShownAs}");
        Mistake[] mistakes = [.. MachineMistakes.Find(configuration)];
        foreach (Mistake mistake in mistakes)
            line.InvocationConfiguration.Error.WriteLine(mistake);
        if (mistakes.Length > 0)
            return ExitStatus.UsageError;
        try
        {
            GatewayHost.Run(configuration.Options!, output);
            return ExitStatus.Success;
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            Console.Error.WriteLine($"{GatewayCommandLine.Program}: {problem.Message}");
            return ExitStatus.Failed;
        }
    }
}
