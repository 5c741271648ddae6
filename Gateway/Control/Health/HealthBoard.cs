using System.Collections.Concurrent;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Control.Health;

/// <summary>
/// Knows the health of every server of the process: collects what workers and checks see, tells all workers through the snapshot, and writes one line
/// of the log for each change.
/// </summary>
/// <remarks>
/// Workers only add to a queue. The rest runs on a thread of the pool, within milliseconds.
/// </remarks>
/// <param name="time">For the times of changes.</param>
/// <param name="run">Runs work of the control plane soon, not on the calling thread.</param>
/// <param name="log">Receives the changes.</param>
internal sealed partial class HealthBoard(TimeProvider time, Action<Action> run, ILogger log)
{
    private readonly ConcurrentQueue<ServerEvent> _seen = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Backend, Address Server), ServerHealthRecord> _records = [];
    private int _isScheduled;
    private long _lastNumber;

    /// <summary>Publishes the snapshot anew, after <see cref="ApplyTo(Snapshot)"/>. Set once, before any worker runs.</summary>
    public Action Publish { get; set; } = () => { };

    /// <summary>A worker has seen a change. Callable from any thread; does not wait.</summary>
    public void Enqueue(ServerEvent seen)
    {
        _seen.Enqueue(seen);
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
            run(Process);
    }

    /// <summary>A check has a result that changes whether the server gets calls, or its first one.</summary>
    public void NoteCheck(string backend, Address server, bool isUp, string evidence)
    {
        lock (_gate)
        {
            if (RecordOf(backend, server).NoteCheck(isUp, evidence, time.GetUtcNow()))
                LogChange(backend, server, evidence);
        }
        Publish();
    }

    /// <summary>The snapshot with what is known of its servers.</summary>
    public Snapshot ApplyTo(Snapshot snapshot)
    {
        lock (_gate)
        {
            foreach ((string backend, Address server) in _records.Keys.Where(key => !Has(snapshot, key.Backend, key.Server)).ToArray())
                _records.Remove((backend, server));
            return snapshot with { Backends = [.. snapshot.Backends.Select(ApplyTo)] };
        }
    }

    /// <summary>The servers of a snapshot, in its order.</summary>
    public IReadOnlyList<ServerStatus> Read(Snapshot snapshot)
    {
        lock (_gate)
            return [.. snapshot.Backends.SelectMany(backend => backend.Servers.Select(server => StatusOf(backend, server.Address)))];
    }

    private void Process()
    {
        Volatile.Write(ref _isScheduled, 0);
        bool isAnyEjection = false;
        lock (_gate)
        {
            while (_seen.TryDequeue(out ServerEvent? seen))
            {
                isAnyEjection |= seen.Kind is ServerEventKind.Ejected or ServerEventKind.Recovered;
                if (RecordOf(seen.Backend, seen.Server).Note(seen, ++_lastNumber, time.GetUtcNow()))
                    LogChange(seen.Backend, seen.Server, seen.Evidence);
            }
        }
        if (isAnyEjection)
            Publish();
    }

    private BackendSpec ApplyTo(BackendSpec backend) => backend with
    {
        Servers = [.. backend.Servers.Select(server =>
            _records.TryGetValue((backend.Name, server.Address), out ServerHealthRecord? record)
                ? server with { Health = record.Health ?? server.Health, Ejection = record.Ejection }
                : server)],
    };

    private ServerStatus StatusOf(BackendSpec backend, Address server)
    {
        ServerHealthRecord record = RecordOf(backend.Name, server);
        ServerCondition condition = record.ConditionAt(time.GetUtcNow(), backend.Options.Eject.SlowStart);
        return new ServerStatus(backend.Name, server, condition, record.Reason, record.Since);
    }

    private ServerHealthRecord RecordOf(string backend, Address server)
    {
        if (!_records.TryGetValue((backend, server), out ServerHealthRecord? record))
            _records.Add((backend, server), record = new ServerHealthRecord(time.GetUtcNow()));
        return record;
    }

    private void LogChange(string backend, Address server, string evidence)
    {
        switch (_records[(backend, server)].ConditionAt(time.GetUtcNow(), TimeSpan.Zero))
        {
            case ServerCondition.Down:
                LogDown(log, backend, server, evidence);
                break;
            case ServerCondition.Ejected:
                LogEjected(log, backend, server, evidence);
                break;
            default:
                LogUp(log, backend, server, evidence);
                break;
        }
    }

    private static bool Has(Snapshot snapshot, string backend, Address server) =>
        snapshot.Backends.Any(spec => spec.Name == backend && spec.Servers.Any(known => known.Address == server));
}
