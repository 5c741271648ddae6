using System.Buffers;
using System.Text;
using FrameRpc.Gateway.Admin.Metrics;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Formats;

/// <summary>
/// The workers of one gateway over the kernel's sockets, without threads: a test turns them in the order that it is about.
/// Callers come over a Unix socket, whose one queue the first worker that turns empties alone.
/// </summary>
internal sealed class WorkersByHand : IDisposable
{
    private readonly string _folder = TestNetwork.NewFolder();
    private readonly ServingWorkers _serving;

    private readonly List<Peer> _callers = [];

    public WorkersByHand(int workers, string listenerMembers = "", string limits = "")
    {
        GatewayOptions options = Given.Options(Given.With(
            listeners: $$"""
                { "name": "smf", "address": "unix:{{_folder}}/smf", "protocol": "smf", {{listenerMembers}} },
                { "name": "frames", "address": "unix:{{_folder}}/frames", "protocol": "frame", {{listenerMembers}} }
                """,
            backends: """ "storage": { "protocol": "smf", "servers": ["demo:echo"] } """,
            routes: $$""" { "name": "get", "id": {{SmfMessage.Get}}, "backend": "storage" } """,
            rest: $$""" "workers": {{workers}}, "limits": { {{limits}} } """));
        _serving = ServingWorkers.Open(options, NullLogger.Instance);
    }

    /// <summary>How many callers each worker serves.</summary>
    public IEnumerable<long> Open => _serving.Statistics.Select(worker => worker.CallersOpen);

    public IEnumerable<ListenerCounters> Counters => _serving.Statistics.SelectMany(worker => worker.Listeners);

    public Peer[] ConnectSmf(int count) => [.. Enumerable.Range(0, count).Select(_ => Connect("smf"))];

    public Peer ConnectFrames() => Connect("frames");

    /// <summary>Lets one worker do all that there is for it to do.</summary>
    public void Turn(int worker)
    {
        for (int turns = 0; turns < 10; turns++)
            _serving.Workers[worker].Loop.Turn(waitMsMax: 0);
    }

    public void TurnAll()
    {
        for (int rounds = 0; rounds < 3; rounds++)
        {
            for (int worker = 0; worker < _serving.Workers.Count; worker++)
                Turn(worker);
        }
    }

    public string MetricsText()
    {
        var page = new ArrayBufferWriter<byte>();
        new MetricsPage(() => _serving.Snapshot, _serving.Health.Read, _serving.Statistics, accessLog: null, messagesSuppressed: () => 0, isDraining: () => false).WriteTo(page);
        return Encoding.UTF8.GetString(page.WrittenSpan);
    }

    public Exposition Metrics() => new(MetricsText());

    public Task Drain(int worker) => _serving.Workers[worker].Drain();

    public void Dispose()
    {
        foreach (ServingWorker worker in _serving.Workers)
            ((EpollNetwork)worker.Loop.Network).Dispose();
        _serving.Dispose();
        foreach (Peer caller in _callers)
            caller.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Peer Connect(string listener)
    {
        Peer caller = Peer.Connect($"unix:{_folder}/{listener}");
        _callers.Add(caller);
        return caller;
    }
}
