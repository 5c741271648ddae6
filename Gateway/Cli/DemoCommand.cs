using System.CommandLine;
using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Hosting.Logging;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>demo</c>: the embedded server in its own process, behind a gateway or proxy that is measured.</summary>
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
        WireFormat protocol = ProtocolOption.Read(line, _protocol, problems);
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

    private static int Serve(WireFormat protocol, Address[] addresses, int workers, InvocationConfiguration console)
    {
        OpenFileLimit.Raise();
        using LimitedLogs logs = Logs.ToStandardError();
        var network = new KernelNetworkStack();
        var listeners = new List<IOpenedAddress>();
        try
        {
            foreach (Address address in addresses)
                listeners.Add(network.Open(address, workers, SocketRights.Default));
            using var signals = new StopSignals();
            WorkerThread[] running = Start(BuiltInFormats.Registry.Of(protocol), network, listeners, workers, logs.CreateLogger(GatewayCommandLine.Program));
            foreach (IOpenedAddress point in listeners)
                console.Output.WriteLine($"listener {protocol.Word} {point.Address}");
            console.Output.WriteLine("ready");
            console.Output.Flush();
            signals.WaitForFirst();
            foreach (WorkerThread worker in running)
                worker.Stop();
            return ExitStatus.Success;
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            console.Error.WriteLine($"{GatewayCommandLine.Program}: {problem.Message}");
            return ExitStatus.Failed;
        }
        finally
        {
            foreach (IOpenedAddress point in listeners)
                point.Dispose();
        }
    }

    private static WorkerThread[] Start(Format format, KernelNetworkStack network, List<IOpenedAddress> listeners, int count, ILogger log)
    {
        Loop[] loops = [.. Enumerable.Range(0, count).Select(_ => new Loop(network.CreateNetwork(), TimeProvider.System, new Random(), log))];
        foreach (IOpenedAddress opened in listeners)
        {
            var spread = new CallerSpread();
            var limit = new CallerLimit(ConnectionsMax);
            foreach ((int number, Loop loop) in loops.Index())
            {
                _ = new Listener(loop, loop.Network.Listen(opened, number), spread, limit, new ListenerCounters(opened.Address.ToString()),
                    (socket, onClosed) => format.ServeDemo(loop, socket, onClosed));
            }
        }
        WorkerThread[] threads = [.. loops.Select((loop, number) => new WorkerThread(number, loop, log))];
        foreach (WorkerThread thread in threads)
            thread.Start();
        return threads;
    }
}
