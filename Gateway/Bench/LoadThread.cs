using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Bench;

/// <summary>One thread of the load, with its own event loop and its share of the connections. Nothing here allocates per call.</summary>
internal sealed class LoadThread : IDisposable
{
    /// <summary>How often the thread checks for the end when it is idle.</summary>
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
    /// <summary>Index of the connection that is offered the next call.</summary>
    private int _next;

    public LoadThread(LoadPlan plan, int number, ResolvedAddresses resolved, ILogger log)
    {
        Plan = plan;
        _number = number;
        _timeout = LoadClock.Of(plan.Timeout);
        _network = new EpollNetwork(resolved);
        Loop = new Loop(_network, TimeProvider.System, new Random(number), log);
        Payload = plan.Format.PayloadOf(plan);
        // Stamps are unique across threads.
        _stamp = (ulong)number << 48;
        _connections = new LoadConnection[plan.Connections / plan.Threads + (number < plan.Connections % plan.Threads ? 1 : 0)];
    }

    public LoadPlan Plan { get; }

    public Loop Loop { get; }

    public LoadPayload Payload { get; }

    public LoadTally Tally { get; } = new();

    /// <summary>Not null once <see cref="IsRunning"/>.</summary>
    public LoadSchedule Schedule { get; private set; } = null!;

    /// <summary>All threads have connected, so calls may begin.</summary>
    public bool IsRunning => Schedule is not null;

    /// <summary>The errno of a failed connection; 0 if none failed.</summary>
    public int ConnectError { get; private set; }

    public ulong NextStamp() => ++_stamp;

    /// <summary>Notes that a call began, or that bytes of one were sent or received.</summary>
    public void NoteMoved(long now) => _lastMovedAt = now;

    public void OnConnected() => _connected++;

    public void OnConnectFailed(int error) => ConnectError = error;

    public void OnClosed() => _open--;

    /// <summary>Connects. False if a connection failed or took too long.</summary>
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

    /// <summary>Makes this thread's share of the calls and waits for their replies.</summary>
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
            // Without a rate, a connection begins its next call when it gets a reply.
            if (Schedule.HasRate)
                BeginDueCalls(now);
        }
        Tally.Unsent = Schedule.CountUnsent(now);
        AwaitReplies();
    }

    /// <summary>
    /// Closes the connections. Not done at the end of the load, so that measurements of the server until then do not include the clean-up.
    /// </summary>
    public void Dispose()
    {
        foreach (LoadConnection? connection in _connections)
            connection?.Close();
        _network.Dispose();
    }

    /// <summary>Begins one call per connection in turn, to spread them evenly, until no connection has room or no more calls are due.</summary>
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
    /// With a rate, waits end a millisecond before the next call is due, and the thread spins for the rest: epoll counts in milliseconds, and a call
    /// sent late would measure the lateness of the load, not of the server. If a call is already due, every connection is full, and only a reply
    /// makes room.
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

    /// <summary>Calls are in flight and nothing has moved for too long.</summary>
    private bool IsStuck(long now) => now - _lastMovedAt >= _timeout && CountOutstanding() > 0;

    private int CountOutstanding()
    {
        int calls = 0;
        foreach (LoadConnection connection in _connections)
            calls += connection.Outstanding;
        return calls;
    }
}
