using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Bench;

/// <summary>One thread of the load, with an event loop of its own and its share of the connections. Nothing here allocates for a call.</summary>
internal sealed class LoadThread : IDisposable
{
    /// <summary>How often the thread looks up while nothing comes.</summary>
    private const int IdleWaitMs = 100;

    private const int ConnectTimeoutMs = 5_000;

    private readonly EpollNetwork _network;
    private readonly LoadConnection[] _connections;
    private readonly int _number;
    private readonly long _timeout;
    private int _connected;
    private int _open;
    private ulong _stamp;
    private long _lastMovedAt;
    /// <summary>Which connection is offered the next call that is due.</summary>
    private int _next;

    public LoadThread(LoadPlan plan, int number, ResolvedAddresses resolved, ILogger log)
    {
        Plan = plan;
        _number = number;
        _timeout = LoadClock.Of(plan.Timeout);
        _network = new EpollNetwork(resolved);
        Loop = new Loop(_network, TimeProvider.System, new Random(number), log);
        Payload = plan.Format.PayloadOf(plan);
        // Stamps of different threads differ, too.
        _stamp = (ulong)number << 48;
        _connections = new LoadConnection[plan.Connections / plan.Threads + (number < plan.Connections % plan.Threads ? 1 : 0)];
    }

    public LoadPlan Plan { get; }

    public Loop Loop { get; }

    public LoadPayload Payload { get; }

    public LoadTally Tally { get; } = new();

    /// <summary>There from the moment that <see cref="IsRunning"/>.</summary>
    public LoadSchedule Schedule { get; private set; } = null!;

    /// <summary>All threads have made their connections, so that calls may begin.</summary>
    public bool IsRunning => Schedule is not null;

    /// <summary>Why a connection could not be made, as an errno; 0 while nothing is wrong.</summary>
    public int ConnectError { get; private set; }

    public ulong NextStamp() => ++_stamp;

    /// <summary>A call began, or bytes of one went or came.</summary>
    public void NoteMoved(long now) => _lastMovedAt = now;

    public void OnConnected() => _connected++;

    public void OnConnectFailed(int error) => ConnectError = error;

    public void OnClosed() => _open--;

    /// <summary>Makes the connections. False when one could not be made, or not in time.</summary>
    public bool Connect()
    {
        for (int i = 0; i < _connections.Length; i++)
        {
            ISocket socket = _network.Connect(Plan.Address);
            _connections[i] = Plan.Format.Connect(this, socket);
            _open++;
        }
        long giveUpMs = Loop.NowMs + ConnectTimeoutMs;
        while (_connected < _connections.Length && ConnectError == 0 && Loop.NowMs < giveUpMs)
            Loop.Turn(IdleWaitMs);
        return _connected == _connections.Length;
    }

    /// <summary>Makes the calls of this thread's share of the plan, and waits for their replies.</summary>
    /// <param name="startAt">On <see cref="LoadClock"/>, the same for all threads.</param>
    /// <param name="isStopped">Becomes true when no more calls are wanted.</param>
    public void Run(long startAt, Func<bool> isStopped)
    {
        Schedule = new LoadSchedule(Plan, _number, startAt);
        _lastMovedAt = startAt;
        while (LoadClock.Now < startAt)
            Thread.Sleep(1);
        long now = LoadClock.Now;
        BeginDueCalls(now);
        while (!Schedule.IsOver(now) && _open > 0 && !IsStuck(now))
        {
            if (isStopped())
                Schedule.End();
            Loop.Turn(WaitMs(now));
            now = LoadClock.Now;
            // Without a rate a connection begins its next call where it takes a reply.
            if (Schedule.HasRate)
                BeginDueCalls(now);
        }
        Tally.Unsent = Schedule.CountUnsent(now);
        AwaitReplies();
    }

    /// <summary>Closes the connections: not where the load ends, so that whoever watches the server until then does not see it clean up behind them.</summary>
    public void Dispose()
    {
        foreach (LoadConnection? connection in _connections)
            connection?.Close();
        _network.Dispose();
    }

    /// <summary>One call for each connection in turn, so that all have about as many, and until none has room or no more are due.</summary>
    private void BeginDueCalls(long now)
    {
        int full = 0;
        while (full < _connections.Length && !Schedule.IsOver(now) && (!Schedule.HasRate || Schedule.NextAt <= now))
        {
            full = _connections[_next].TryBeginCall(now) ? 0 : full + 1;
            _next = (_next + 1) % _connections.Length;
        }
    }

    /// <summary>
    /// With a rate, waits end a millisecond before the next call is due, and what is left is turned away: epoll counts in
    /// milliseconds, and a call that is sent late shows the lateness of the load, not of the server. A call that is due
    /// already has found every connection full: only a reply makes room for it.
    /// </summary>
    private int WaitMs(long now)
    {
        if (!Schedule.HasRate || Schedule.NextAt <= now)
            return IdleWaitMs;
        long untilMs = (Schedule.NextAt - now) / LoadClock.NanosecondsPerMillisecond - 1;
        return (int)Math.Clamp(untilMs, 0, IdleWaitMs);
    }

    private void AwaitReplies()
    {
        while (CountOutstanding() > 0 && !IsStuck(LoadClock.Now))
            Loop.Turn(IdleWaitMs);
        foreach (LoadConnection connection in _connections)
            connection.GiveUp();
    }

    /// <summary>Calls are in flight, and nothing of any of them has moved for too long.</summary>
    private bool IsStuck(long now) => now - _lastMovedAt >= _timeout && CountOutstanding() > 0;

    private int CountOutstanding()
    {
        int calls = 0;
        foreach (LoadConnection connection in _connections)
            calls += connection.Outstanding;
        return calls;
    }
}
