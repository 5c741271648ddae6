using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Bench;

/// <summary>Runs a plan on its threads: all of them connect, then all begin at once.</summary>
internal sealed class LoadRun : IDisposable
{
    /// <summary>From the last connection to the first call, so that every thread is ready.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);

    private readonly LoadPlan _plan;
    private readonly LoadThread[] _threads;
    private readonly CountdownEvent _connected;
    private readonly CountdownEvent _finished;
    private readonly ManualResetEventSlim _go = new();
    private long _startAt;
    private volatile bool _failed;
    private volatile bool _stopped;

    public LoadRun(LoadPlan plan, ILogger log)
    {
        _plan = plan;
        var resolved = new ResolvedAddresses(plan.Address);
        _threads = [.. Enumerable.Range(0, plan.Threads).Select(number => new LoadThread(plan, number, resolved, log))];
        _connected = new CountdownEvent(plan.Threads);
        _finished = new CountdownEvent(plan.Threads);
    }

    /// <summary>Correct replies up to now.</summary>
    public long Replies => _threads.Sum(thread => thread.Tally.Replies);

    public long Failures => _threads.Sum(thread => thread.Tally.Failures);

    /// <summary>Time left of the warm-up.</summary>
    public TimeSpan UntilMeasuring =>
        TimeSpan.FromTicks(Math.Max(0, MeasuredFrom - LoadClock.Now) / (LoadClock.NanosecondsPerSecond / TimeSpan.TicksPerSecond));

    /// <summary>Set when all threads have finished.</summary>
    public WaitHandle Finished => _finished.WaitHandle;

    /// <summary>Connects and begins.</summary>
    /// <exception cref="IOException">A connection could not be established.</exception>
    public void Start()
    {
        foreach (LoadThread thread in _threads)
            new Thread(() => Run(thread)) { Name = "load", IsBackground = true }.Start();
        _connected.Wait();
        int error = _threads.Max(thread => thread.ConnectError);
        _startAt = LoadClock.Now + LoadClock.Of(Delay);
        _go.Set();
        if (_failed)
            throw new IOException(error != 0 ? $"cannot connect to {_plan.Address}: {Libc.Describe(error)}" : $"cannot connect to {_plan.Address} in time");
    }

    /// <summary>Begins no more calls; those in flight still get their replies.</summary>
    public void Stop() => _stopped = true;

    /// <summary>The result, once all threads have finished.</summary>
    public LoadResult Result()
    {
        var tally = new LoadTally();
        foreach (LoadThread thread in _threads)
            tally.Add(thread.Tally);
        // A server that stands still towards the end has not been faster until then.
        long measuredUntil = _plan.Count is null && !_stopped ? MeasuredFrom + LoadClock.Of(_plan.Duration) : MeasuredFrom;
        long elapsed = Math.Max(Math.Max(measuredUntil, tally.LastReplyAt) - MeasuredFrom, 1);
        return new LoadResult(_plan, tally, (double)elapsed / LoadClock.NanosecondsPerSecond);
    }

    private long MeasuredFrom => _startAt + LoadClock.Of(_plan.WarmUp);

    public void Dispose()
    {
        _finished.Wait();
        foreach (LoadThread thread in _threads)
            thread.Dispose();
        _connected.Dispose();
        _finished.Dispose();
        _go.Dispose();
    }

    private void Run(LoadThread thread)
    {
        if (!thread.Connect())
            _failed = true;
        _connected.Signal();
        _go.Wait();
        if (!_failed)
            thread.Run(_startAt, () => _stopped);
        _finished.Signal();
    }
}
