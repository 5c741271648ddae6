using System.Buffers;
using System.Text;
using FrameRpc.Gateway.Admin.Metrics;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using KernelAddress = FrameRpc.Gateway.Sockets.KernelAddress;

namespace FrameRpc.Tests.Formats;

/// <summary>
/// The workers of one gateway over the kernel's sockets, without threads: a test turns them in the order that it is about.
/// Callers come over a Unix socket, whose one queue the first worker that turns empties alone.
/// </summary>
internal sealed class WorkersByHand : IDisposable
{
    private readonly string _folder = TestNetwork.NewFolder();
    private readonly GatewayOptions _options;
    private readonly ListenerSockets[] _points;
    private readonly Worker[] _workers;
    private readonly ServingWorker[] _proxies;

    public WorkersByHand(int workers, string listenerMembers = "", string limits = "")
    {
        _options = Given.Options(Given.With(
            listeners: $$"""
                { "name": "smf", "address": "unix:{{_folder}}/smf", "protocol": "smf", {{listenerMembers}} },
                { "name": "frames", "address": "unix:{{_folder}}/frames", "protocol": "frame", {{listenerMembers}} }
                """,
            backends: """ "storage": { "protocol": "smf", "servers": ["demo:echo"] } """,
            routes: $$""" { "name": "get", "id": {{SmfMessage.Get}}, "backend": "storage" } """,
            rest: $$""" "workers": {{workers}}, "limits": { {{limits}} } """));
        var allCallers = new CallerLimit(_options.Limits.ConnectionsMax);
        _points = [.. _options.Listeners.Select(listener => ListenerSockets.Open(listener.Address, workers))];
        SharedListener[] listeners = [.. _points.Zip(_options.Listeners, (point, listener) => new SharedListener(point, listener, allCallers))];
        _workers = [.. Enumerable.Range(0, workers).Select(number => new Worker(number, new Dictionary<Address, KernelAddress>(), NullLogger.Instance))];
        _proxies = [.. _workers.Select(worker => new ServingWorker(worker, _options, new RouteTable(_options), listeners, NullLogger.Instance))];
    }

    /// <summary>How many callers each worker serves.</summary>
    public IEnumerable<long> Open => _proxies.Select(proxy => proxy.CallersOpen);

    public IEnumerable<ListenerCounters> Counters => _proxies.SelectMany(proxy => proxy.Listeners);

    public Peer[] ConnectSmf(int count) => [.. Enumerable.Range(0, count).Select(_ => Peer.Connect($"unix:{_folder}/smf"))];

    public Peer ConnectFrames() => Peer.Connect($"unix:{_folder}/frames");

    /// <summary>Lets one worker do all that there is for it to do.</summary>
    public void Turn(int worker)
    {
        for (int turns = 0; turns < 10; turns++)
            _workers[worker].Loop.Turn(waitMsMax: 0);
    }

    public void TurnAll()
    {
        for (int rounds = 0; rounds < 3; rounds++)
        {
            for (int worker = 0; worker < _workers.Length; worker++)
                Turn(worker);
        }
    }

    public string MetricsText()
    {
        var page = new ArrayBufferWriter<byte>();
        new MetricsPage(_options, _proxies, accessLog: null, messagesLeftOut: () => 0, isDraining: () => false).WriteTo(page);
        return Encoding.UTF8.GetString(page.WrittenSpan);
    }

    public Exposition Metrics() => new(MetricsText());

    public Task Drain(int worker) => _proxies[worker].Drain();

    public void Dispose()
    {
        foreach (Worker worker in _workers)
            worker.Network.Dispose();
        foreach (ListenerSockets point in _points)
            point.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
