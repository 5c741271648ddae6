using FrameRpc.Gateway.Cli;
using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Tests.Configuration;
using Microsoft.Extensions.Configuration;

namespace FrameRpc.Tests.Cli;

/// <summary>What a command printed and returned, run in folders of its own.</summary>
internal sealed record Result(int Status, string Output, string Error);

/// <summary>A working directory and a program's directory, both empty at first.</summary>
internal sealed class Command : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("frpc-cli-").FullName;

    public Command()
    {
        Directory.CreateDirectory(WorkingDirectory);
        Directory.CreateDirectory(ProgramDirectory);
    }

    public string WorkingDirectory => Path.Combine(_root, "work");

    public string ProgramDirectory => Path.Combine(_root, "program");

    public IConfigurationSource Environment { get; init; } = Given.Environment();

    /// <summary>What <c>-</c> stands for; nothing comes in, and what goes out is forgotten.</summary>
    public StandardStreams Streams { get; init; } = new(() => Stream.Null, () => Stream.Null, ErrorIsTerminal: false);

    public Command With(string text, string name = "gateway.json")
    {
        File.WriteAllText(Path.Combine(WorkingDirectory, name), text);
        return this;
    }

    public Result Run(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int status = GatewayCommandLine.Run(args, new Surroundings(WorkingDirectory, ProgramDirectory, Environment) { Streams = Streams }, output, error);
        return new Result(status, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
