using System.CommandLine;
using System.Net.Sockets;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Hosting.Logging;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>bench</c>: puts a gateway or a server under load and checks every reply.</summary>
internal sealed class BenchCommand
{
    private readonly BenchOptions _options = new();

    public static Command Create()
    {
        var bench = new BenchCommand();
        var command = new Command("bench",
            "Put a server or a gateway under load and measure it. The exit status is 0 only if every reply arrived and was correct.");
        bench._options.AddTo(command);
        command.SetAction(bench.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        TextWriter error = line.InvocationConfiguration.Error;
        var problems = new List<string>();
        LoadPlan plan = _options.Read(line, problems);
        if (problems.Count > 0)
            return GatewayCommandLine.Refuse(line, error, problems);
        OpenFileLimit.Raise();
        using LimitedLogs logs = Logs.ToStandardError();
        try
        {
            using var run = new LoadRun(plan, logs.CreateLogger(GatewayCommandLine.Program));
            run.Start();
            Watch(run, Console.IsErrorRedirected ? null : new LoadProgress(run, error), _options.WantsPhases(line) ? error : TextWriter.Null);
            LoadResult result = run.Result();
            if (_options.WantsJson(line))
                LoadReport.WriteJson(line.InvocationConfiguration.Output, result);
            else
                LoadReport.Write(line.InvocationConfiguration.Output, result);
            return result.IsClean ? ExitStatus.Success : ExitStatus.Failed;
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            error.WriteLine($"{GatewayCommandLine.Program}: {problem.Message}");
            return ExitStatus.Failed;
        }
    }

    /// <summary>Waits until the load is over. A signal ends it early, with the results so far.</summary>
    private static void Watch(LoadRun run, LoadProgress? progress, TextWriter phases)
    {
        const int finished = 0;
        using var signals = new StopSignals();
        WaitHandle[] handles = [run.Finished, signals.First];
        WaitHandle.WaitAny(handles, run.UntilMeasuring);
        phases.WriteLine("measuring");
        while (WaitHandle.WaitAny(handles, TimeSpan.FromSeconds(1)) is var ended && ended != finished)
        {
            if (ended == WaitHandle.WaitTimeout)
            {
                progress?.Show();
                continue;
            }
            run.Stop();
            run.Finished.WaitOne();
        }
        phases.WriteLine("measured");
        progress?.Clear();
    }
}
