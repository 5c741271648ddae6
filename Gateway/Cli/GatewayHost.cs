using System.Net.Sockets;
using System.Runtime.InteropServices;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Cli;

/// <summary>Runs a gateway until it is told to stop.</summary>
internal static class GatewayHost
{
    internal static int Run(GatewayOptions options, TextWriter output)
    {
        OpenFileLimit.Raise();
        using ILoggerFactory logs = Logs.ToStandardError();
        ILogger log = logs.CreateLogger("frpc-gateway");
        var listenPoints = new List<ListenPoint>();
        try
        {
            IReadOnlyDictionary<Address, SocketAddress> resolved = ResolveServers(options);
            foreach (ListenerOptions listener in options.Listeners)
                listenPoints.Add(ListenPoint.Open(listener.Address, options.Workers));
            Serve(options, resolved, listenPoints, log, output);
            return ExitStatus.Fine;
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            Console.Error.WriteLine($"{GatewayCommandLine.Program}: {problem.Message}");
            return ExitStatus.Failed;
        }
        finally
        {
            foreach (ListenPoint point in listenPoints)
                point.Dispose();
        }
    }

    private static void Serve(
        GatewayOptions options,
        IReadOnlyDictionary<Address, SocketAddress> resolved,
        IReadOnlyList<ListenPoint> listenPoints,
        ILogger log,
        TextWriter output)
    {
        using var signals = new StopSignals();
        var routes = new RouteTable(options);
        var allCallers = new CallerLimit(options.Limits.ConnectionsMax);
        Entrance[] entrances = [.. listenPoints.Zip(options.Listeners, (point, listener) => new Entrance(point, listener, allCallers))];
        ProxyWorker[] workers =
        [
            .. Enumerable.Range(0, options.Workers)
                .Select(number => new ProxyWorker(new Worker(number, resolved, log, options.Relay), options, routes, entrances, log)),
        ];
        foreach (ProxyWorker worker in workers)
            worker.Start();
        using var trim = new MemoryTrim(workers);
        var served = new ServedReport(workers, trim);
        using PosixSignalRegistration onReport = ReportSignal.Register(() => Say(output, served.Line));
        StartupReport.Write(output, options, listenPoints);
        signals.WaitForFirst();
        foreach (ListenPoint point in listenPoints)
            point.Withdraw();
        Drain(workers, options.DrainTimeout, output);
        Say(output, served.Line);
    }

    private static void Say(TextWriter output, string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    private static void Drain(ProxyWorker[] workers, TimeSpan timeout, TextWriter output)
    {
        output.WriteLine($"draining: calls in flight have {timeout.TotalSeconds:0.###} s to finish; a second signal stops at once");
        output.Flush();
        var drained = Task.WhenAll(workers.Select(worker => worker.Drain()));
        if (!drained.Wait(timeout))
        {
            output.WriteLine($"cutting off {workers.Sum(worker => worker.CallersOpen)} callers whose calls did not finish");
            Task.WaitAll(workers.Select(worker => worker.Abort()));
        }
        foreach (ProxyWorker worker in workers)
            worker.Stop();
        output.WriteLine(
            $"stopped: {workers.Sum(worker => worker.Counters.CallsAnswered)} calls answered by servers, "
            + $"{workers.Sum(worker => worker.Counters.CallsRefused)} by the gateway itself");
        output.Flush();
    }

    /// <summary>Looked up once, before a worker starts, because a look-up waits and a worker may not.</summary>
    private static Dictionary<Address, SocketAddress> ResolveServers(GatewayOptions options)
    {
        var resolved = new Dictionary<Address, SocketAddress>();
        foreach (BackendOptions backend in options.Backends)
        {
            foreach (ServerOptions server in backend.Servers)
                Resolve(backend, server.Address, resolved);
        }
        return resolved;
    }

    private static void Resolve(BackendOptions backend, Address address, Dictionary<Address, SocketAddress> resolved)
    {
        if (address is DemoAddress)
            return;
        try
        {
            resolved[address] = SocketAddress.Resolve(address);
        }
        catch (SocketException unknown)
        {
            throw new IOException($"backend \"{backend.Name}\": the server name in {address} cannot be looked up: {unknown.Message}", unknown);
        }
    }
}
