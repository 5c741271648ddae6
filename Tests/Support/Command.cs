using FrameRpc.Gateway.Cli;
using FrameRpc.Gateway.Cli.Calls;
using Microsoft.Extensions.Configuration;

namespace FrameRpc.Tests;

/// <summary>A working directory and a program's directory, both initially empty.</summary>
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

    /// <summary>What <c>-</c> refers to; the input is empty, and output is discarded.</summary>
    public StandardStreams Streams { get; init; } = new(() => Stream.Null, () => Stream.Null, ErrorIsTerminal: false);

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public Command With(string text, string name = "gateway.json")
    {
        File.WriteAllText(Path.Combine(WorkingDirectory, name), text);
        return this;
    }

    public Result Run(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int status = GatewayCommandLine.Run(args, SurroundingsHere, output, error);
        return new Result(status, output.ToString(), error.ToString());
    }

    /// <summary>Runs the command with standard output on a full disk.</summary>
    public Result RunOnFullDisk(params string[] args)
    {
        var error = new StringWriter();
        int status = GatewayCommandLine.Run(args, SurroundingsHere, new FullDisk(), error);
        return new Result(status, "", error.ToString());
    }

    private Surroundings SurroundingsHere => new(WorkingDirectory, ProgramDirectory, Environment) { Streams = Streams, Clock = Clock };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private sealed class FullDisk : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
