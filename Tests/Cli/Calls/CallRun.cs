using System.Text.RegularExpressions;
using FrameRpc.Gateway.Cli.Calls;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>Makes calls in a working directory of its own, with a standard input and output that are memory.</summary>
internal sealed partial class CallRun : IDisposable
{
    private readonly Command _command;

    public CallRun(Stream? input = null)
    {
        Output = new MemoryStream();
        _command = new Command { Streams = new StandardStreams(() => input ?? Stream.Null, () => Output, ErrorIsTerminal: false) };
    }

    /// <summary>What was written to standard output as octets.</summary>
    public MemoryStream Output { get; }

    public string PathOf(string name) => Path.Combine(_command.WorkingDirectory, name);

    public CallRun With(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return this;
    }

    /// <summary>Runs the command; its times read as 0.</summary>
    public Result Call(params string[] args)
    {
        Result result = _command.Run(["call", .. args]);
        return result with { Output = Times().Replace(result.Output, " 0.0 ms"), Error = Times().Replace(result.Error, " 0.0 ms") };
    }

    public void Dispose() => _command.Dispose();

    [GeneratedRegex(@" *[0-9]+\.[0-9] ms")]
    private static partial Regex Times();
}
