using System.Text.RegularExpressions;
using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Tests.Protocol;

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

    /// <summary>Runs the command, whose time passes once the server has the request.</summary>
    public async Task<Result> CallInVainAsync(Task asked, params string[] args)
    {
        var clock = new ManualTimeProvider();
        _command.Clock = clock;
        var call = Task.Run(() => Call(args));
        _ = await Task.WhenAny(asked, call);
        while (!call.IsCompleted)
        {
            // Over and over: a byte of the request that moves now gives it its time anew.
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
        return await call;
    }

    public void Dispose() => _command.Dispose();

    [GeneratedRegex(@" *[0-9]+\.[0-9] ms")]
    private static partial Regex Times();
}
