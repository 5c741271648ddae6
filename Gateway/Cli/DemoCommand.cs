using System.CommandLine;
using System.Net.Sockets;
using FrameRpc.Gateway.Cli.Logging;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>demo</c>: the embedded server in a process of its own, to stand behind a gateway or a proxy that is measured.</summary>
internal sealed class DemoCommand
{
    private const int ConnectionsMax = 20_000;

    private static readonly CountForm WorkersForm = new(1, 1024);

    private readonly Option<string> _protocol = ProtocolOption.Create();

    private readonly Option<string[]> _address = new("--address")
    {
        HelpName = "ADDRESS",
        Description = "Address to listen on: HOST:PORT, [IPV6]:PORT or unix:PATH. With port 0 the kernel chooses a port. Can be repeated.",
        Required = true,
    };

    private readonly Option<string> _workers = new("--workers") { HelpName = "COUNT", Description = "Number of event-loop threads. Default: 1." };

    public static Command Create()
    {
        var demo = new DemoCommand();
        var command = new Command("demo", "Run an echo server until SIGTERM.") { demo._protocol, demo._address, demo._workers };
        command.SetAction(demo.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        TextWriter error = line.InvocationConfiguration.Error;
        var problems = new List<string>();
        WireProtocol protocol = ProtocolOption.Read(line, _protocol, problems);
        Address[] addresses = [.. line.GetRequiredValue(_address).Select(text => ReadAddress(text, problems))];
        if (WorkersForm.Read(line.GetValue(_workers) ?? "1", SettingKind.Variable, out int workers) is { } workersProblem)
            problems.Add($"--workers: {workersProblem}; write {WorkersForm.Phrase}");
        if (problems.Count > 0)
            return GatewayCommandLine.Refuse(line, error, problems);
        return Serve(protocol, addresses, workers, line.InvocationConfiguration);
    }

    private static Address ReadAddress(string text, List<string> problems)
    {
        if (AddressForm.ToListenOn.Read(text, SettingKind.Variable, out Address address) is { } problem)
            problems.Add($"--address: {problem}; write {AddressForm.ToListenOn.Phrase}");
        return address;
    }

    private static int Serve(WireProtocol protocol, Address[] addresses, int workers, InvocationConfiguration console)
    {
        OpenFileLimit.Raise();
        using LimitedLogs logs = Logs.ToStandardError();
        var listenPoints = new List<ListenPoint>();
        try
        {
            foreach (Address address in addresses)
                listenPoints.Add(ListenPoint.Open(address, workers));
            using var signals = new StopSignals();
            Worker[] running = Start(protocol, listenPoints, workers, logs.CreateLogger(GatewayCommandLine.Program));
            foreach (ListenPoint point in listenPoints)
                console.Output.WriteLine($"listener {protocol.Word()} {point.Address}");
            console.Output.WriteLine("ready");
            console.Output.Flush();
            signals.WaitForFirst();
            foreach (Worker worker in running)
                worker.Stop();
            return ExitStatus.Fine;
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            console.Error.WriteLine($"{GatewayCommandLine.Program}: {problem.Message}");
            return ExitStatus.Failed;
        }
        finally
        {
            foreach (ListenPoint point in listenPoints)
                point.Dispose();
        }
    }

    private static Worker[] Start(WireProtocol protocol, List<ListenPoint> listenPoints, int count, ILogger log)
    {
        Worker[] workers = [.. Enumerable.Range(0, count).Select(number => new Worker(number, new Dictionary<Address, SocketAddress>(), log))];
        foreach (ListenPoint point in listenPoints)
        {
            var spread = new CallerSpread();
            var limit = new CallerLimit(ConnectionsMax);
            foreach (Worker worker in workers)
            {
                _ = new Listener(worker.Loop, point.Attach(worker.Network, worker.Number), spread, limit,
                    (socket, onClosed) => DemoServer.Serve(worker.Loop, socket, protocol, onClosed));
            }
        }
        foreach (Worker worker in workers)
            worker.Start();
        return workers;
    }
}
