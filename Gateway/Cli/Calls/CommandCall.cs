using System.Globalization;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>One call, from connecting to the last line of the report. Derived classes add what is specific to a format.</summary>
internal abstract class CommandCall
{
    private readonly long _start;
    private long _replied;

    protected CommandCall(CallSettings settings, CallConsole console)
    {
        Settings = settings;
        Console = console;
        Text = new CallText(settings.Json ? TextWriter.Null : settings.Output == CallFiles.Standard ? console.Error : console.Output);
        _start = console.Clock.GetTimestamp();
    }

    protected CallSettings Settings { get; }

    protected CallConsole Console { get; }

    protected CallText Text { get; }

    /// <summary>The length of the request's body, if it is streamed and known.</summary>
    protected virtual long? BytesToSend => null;

    /// <summary>Whether octets are streamed, without a limit on the total time.</summary>
    protected abstract bool Streams { get; }

    protected abstract WireFormat Format { get; }

    /// <summary>Makes the call; returns the exit status.</summary>
    public async Task<int> MakeAsync()
    {
        using var limit = new CallTimeLimit(Settings.Limit, Streams, Console.Clock);
        WireTap tap = CreateTap(Settings.Verbose ? new Trace(Console.Error, Console.Clock) : null, limit.Restart);
        CallResult result;
        using (TransferProgress? progress = ShowProgress(tap))
        {
            Text.Progress = progress;
            result = await TryAsync(tap, limit).ConfigureAwait(false);
        }
        Report(result, tap);
        return result.Success ? ExitStatus.Success : ExitStatus.Failed;
    }

    protected abstract WireTap CreateTap(Trace? trace, Action onPassed);

    /// <summary>
    /// Makes the call with a client of the library, prints the reply's body, and calls <see cref="EndReply"/> when the reply is complete.
    /// </summary>
    /// <exception cref="RpcException">The call failed.</exception>
    /// <exception cref="LocalFileException">A local file failed.</exception>
    /// <exception cref="OperationCanceledException">The time limit was reached.</exception>
    protected abstract Task<CallResult> ExchangeAsync(IConnector connector, CallTimeLimit limit);

    /// <summary>Further lines about a failed call.</summary>
    protected virtual IEnumerable<string> Notes(Exception failure) => [];

    /// <summary>Marks the reply as complete.</summary>
    protected void EndReply() => _replied = Console.Clock.GetTimestamp();

    private TransferProgress? ShowProgress(WireTap tap) => Streams && Console.Streams.ErrorIsTerminal && !Settings.Verbose && !Settings.Json
        ? new TransferProgress(Console.Error, tap, () => BytesToSend, Console.Clock)
        : null;

    private async Task<CallResult> TryAsync(WireTap tap, CallTimeLimit limit)
    {
        try
        {
            return await ExchangeAsync(new TappedConnector(new SocketConnector(Settings.Address), tap), limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or LocalFileException || (e is OperationCanceledException && limit.Passed))
        {
            EndReply();
            var circumstances = new CallCircumstances(Format, Settings, tap, Streams);
            CallResult failure = CallFailure.Of(e, circumstances);
            return failure with { Hints = [.. Notes(e), .. CallAdvice.For(e, circumstances)] };
        }
    }

    private void Report(CallResult result, WireTap tap)
    {
        TimeSpan duration = Console.Clock.GetElapsedTime(_start, _replied);
        if (Settings.Json)
        {
            CallJson.Write(Console.Output, Settings, result, duration, tap);
            return;
        }
        Text.Line(string.Create(CultureInfo.InvariantCulture, $"{(result.Success ? "success" : "failure")} in {duration.TotalMilliseconds:0.0} ms"));
        if (result.Success)
            return;
        Console.Error.WriteLine($"{GatewayCommandLine.Program}: {Settings.Address}: {result.Message}");
        foreach (string hint in result.Hints)
            Console.Error.WriteLine(hint);
    }
}
