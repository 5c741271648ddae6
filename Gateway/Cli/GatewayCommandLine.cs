using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using FrameRpc.Gateway.Admin.Metrics;
using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Gateway.Cli.Shutdown;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Hosting.Logging;
using FrameRpc.Protocol.Identity;
using Microsoft.Extensions.Configuration;

namespace FrameRpc.Gateway.Cli;

/// <summary>The command line: without a command the gateway runs.</summary>
internal static class GatewayCommandLine
{
    public const string Program = Logs.Category;

    private const string Description = "Gateway for the RPC formats frame and smf. Without a command, it runs the gateway.";

    public static int Run(string[] args, Surroundings surroundings, TextWriter output, TextWriter error)
    {
        // An argument that begins with @ is not a response file here.
        var parsing = new ParserConfiguration { ResponseFileTokenReplacer = null };
        ParseResult line = Create(surroundings).Parse(args, parsing);
        if (line.Action is ParseErrorAction)
            return Refuse(line, error);
        try
        {
            return line.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (IOException problem)
        {
            error.WriteLine($"{Program}: cannot write to standard output: {problem.Message}");
            return ExitStatus.Failed;
        }
    }

    /// <summary>Prints the errors and where to find help; System.CommandLine would print the whole help and return status 1.</summary>
    private static int Refuse(ParseResult line, TextWriter error) => Refuse(line, error, line.Errors.Select(e => e.Message + SuggestionFor(line, e)));

    public static int Refuse(ParseResult line, TextWriter error, params IEnumerable<string> problems)
    {
        Command command = line.CommandResult.Command;
        foreach (string problem in problems)
            error.WriteLine($"{Program}: {problem}");
        error.WriteLine($"Try \"{(command is RootCommand ? Program : $"{Program} {command.Name}")} --help\".");
        return ExitStatus.UsageError;
    }

    /// <summary>A suggestion for an unknown word.</summary>
    private static string SuggestionFor(ParseResult line, ParseError problem)
    {
        Command command = line.CommandResult.Command;
        string? word = line.UnmatchedTokens.FirstOrDefault(token => problem.Message.Contains($"'{token}'", StringComparison.Ordinal));
        IEnumerable<string> known = command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name));
        return word is null || NameSuggestion.Find(word, known) is not { } meant ? "" : $" Did you mean '{meant}'?";
    }

    private static RootCommand Create(Surroundings surroundings)
    {
        var config = new ConfigOption(surroundings);
        var root = new RootCommand(Description);
        var examples = new Dictionary<Command, string[]>
        {
            [root] = [Program, $"{Program} --config /etc/frpc/gateway.json", $"FRPC__LIMITS__CONNECTIONSMAX=2000 {Program}"],
            [CheckCommand.Create(config)] = [$"{Program} check", $"{Program} check --config /etc/frpc/gateway.json"],
            [RoutesCommand.Create(config)] = [$"{Program} routes"],
            [ShutdownCommand.Create(config, surroundings.WorkingDirectory)] =
            [
                $"{Program} shutdown",
                $"{Program} shutdown --config /etc/frpc/gateway.json --delay 5s",
                $"{Program} shutdown --admin unix:/run/frpc/admin.sock",
                $"{Program} shutdown --admin 127.0.0.1:9901 --token-file /run/frpc/admin.token",
            ],
            [IdCommand.Create(surroundings)] =
            [
                $"{Program} id SmfStorage Get smf_gen::demo::Request smf_gen::demo::Response",
                $"{Program} id Echo",
                $"{Program} id --schema examples/storage/storage.fbs SmfStorage",
            ],
            [CallCommand.Create(surroundings)] =
            [
                $$"""{{Program}} call 127.0.0.1:8888 Echo '{"Msg":"hello"}'""",
                $"{Program} call 127.0.0.1:8888 Echo @request.json --json",
                $"{Program} call 127.0.0.1:8888 Upload --octets backup.tar --timeout 30s",
                $$"""{{Program}} call 127.0.0.1:8888 Stream '{"Bytes":1048576}' --output stream.bin --verbose""",
                $"{Program} call 127.0.0.1:11225 --smf SmfStorage Get smf_gen::demo::Request smf_gen::demo::Response",
                $"{Program} call 127.0.0.1:11225 --smf --schema storage.fbs SmfStorage Get --payload request.bin --output reply.bin",
                $"{Program} call unix:/run/frpc/smf.sock --smf 0x6ad4023d --hex 080000000400040004000000 --timeout 1s",
            ],
            [DemoCommand.Create()] =
            [
                $"{Program} demo --protocol smf --address 127.0.0.1:7001",
                $"{Program} demo --protocol frame --address 127.0.0.1:0 --address unix:/tmp/frames.sock",
            ],
            [BenchCommand.Create()] =
            [
                $"{Program} bench 127.0.0.1:11225 --protocol smf --connections 64 --in-flight 16",
                $"{Program} bench 127.0.0.1:8888 --protocol frame --rate 10000 --duration 30s",
                $"{Program} bench 127.0.0.1:8888 --protocol frame --connections 1 --stream 1GiB --count 4",
                $"{Program} bench 127.0.0.1:8888 --protocol frame --connections 8 --upload 64MiB --json",
            ],
        };
        RunCommand.AddTo(root, config);
        foreach (Command command in examples.Keys.Where(c => c != root))
            root.Add(command);
        foreach (VersionOption version in root.Options.OfType<VersionOption>())
            version.Action = new PrintVersion();
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new ExamplesHelp((HelpAction)help.Action!, examples);
        return root;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{Program} {BuildVersion.WithCommit}");
            return ExitStatus.Success;
        }
    }
}

/// <summary>What a command uses of its process; tests replace it.</summary>
internal sealed record Surroundings(string WorkingDirectory, string ProgramDirectory, IConfigurationSource Environment)
{
    public StandardStreams Streams { get; init; } = StandardStreams.OfProcess();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public static Surroundings OfProcess() => new(Directory.GetCurrentDirectory(), AppContext.BaseDirectory, EnvironmentOverrides.OfProcess());
}

internal static class ExitStatus
{
    public const int Success = 0;
    public const int Failed = 1;
    /// <summary>Wrong usage or configuration: retrying does not help.</summary>
    public const int UsageError = 2;
}
