using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.Sockets.Pipes;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>The event loop of one worker. Nothing that runs in it may block, take a lock or allocate per call.</summary>
/// <remarks>
/// One turn: wait; handle everything that is ready, which reads, routes and appends to outputs; then write each connection that has output once; then
/// timers. Batching follows from this order: the requests of a hundred callers to one server leave in one send.
/// </remarks>
internal sealed partial class Loop
{
    /// <summary>Bytes per receive of a busy connection: 1,700 small calls, or two bodies of the largest size that shares a connection.</summary>
    private const int ScratchBytes = 128 * 1024;

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Block _scratch;
    private readonly PostQueue _posted;
    private readonly ConnectionBatch _unsent;
    private readonly ConnectionBatch _continued;

    /// <param name="network">Creates its sockets.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">The source of every random choice in this loop.</param>
    /// <param name="log">Receives bugs and shortages.</param>
    /// <param name="relay">When bodies are spliced; by default never.</param>
    /// <param name="memory">Source of buffers; by default the kernel.</param>
    /// <exception cref="IOException">There is no memory for what every loop needs.</exception>
    public Loop(INetwork network, TimeProvider time, Random random, ILogger log, RelayPolicy? relay = null, IMemorySource? memory = null)
    {
        Blocks = new BufferPool(memory);
        Network = network;
        _time = time;
        Random = random;
        _log = log;
        _posted = new PostQueue(network);
        _unsent = new ConnectionBatch(static connection => connection.Sending.Send(), GiveUp);
        _continued = new ConnectionBatch(static connection => connection.Receiving.Continue(), GiveUp);
        Splices = new SplicePool(network, Counters, relay ?? RelayPolicy.CopyAll);
        SetClock();
        Timers = new TimerWheel(NowMs, Fire);
        _scratch = Blocks.Rent(ScratchBytes);
    }

    public INetwork Network { get; }

    public Random Random { get; }

    public BufferPool Blocks { get; }

    public SplicePool Splices { get; }

    public TimerWheel Timers { get; }

    public WorkerCounters Counters { get; } = new();

    /// <summary>The clock when this turn's wait ended, in microseconds from an arbitrary start.</summary>
    public long NowUs { get; private set; }

    /// <summary>The same in milliseconds, as used by timers.</summary>
    public long NowMs { get; private set; }

    /// <summary>The clock of the turn before: all that had arrived by then has been read, unless a limit of the turn stopped it.</summary>
    public long PreviousNowUs { get; private set; }

    /// <summary>The same in milliseconds.</summary>
    public long PreviousNowMs => PreviousNowUs / 1000;

    /// <summary>Shared by all receives of this worker; its content is lost after a connection was handled.</summary>
    public Span<byte> Scratch => _scratch.Span;

    /// <summary>Runs one turn. <paramref name="waitMsMax"/> limits the wait; −1 for no limit.</summary>
    public void Turn(int waitMsMax)
    {
        long waitFromUs = ReadClockUs();
        Network.Wait(WaitMs(waitFromUs / 1000, waitMsMax));
        Counters.BusyUs += waitFromUs - NowUs;
        SetClock();
        Counters.WaitingUs += NowUs - waitFromUs;
        Counters.Turns++;

        while (Network.TryTakeReady(out IReadyHandler owner, out Readiness readiness))
            Handle(owner, readiness);
        _continued.Run();
        _posted.RunPosted();
        _unsent.Run();
        Timers.Advance(NowMs);
        _unsent.Run();
    }

    /// <summary>Runs the callback on the loop, in this turn or between two turns. Callable from any thread.</summary>
    public void Post(Action callback) => _posted.Post(callback);

    /// <summary>Sends the connection's output at the end of this turn.</summary>
    public void SendAtEndOfTurn(Connection connection) => _unsent.Add(connection);

    /// <summary>Reads the connection again in the next turn, even without a readiness event.</summary>
    public void ContinueNextTurn(Connection connection) => _continued.Add(connection);

    /// <summary>Runs a callback of its owner; an exception closes the owner and not the loop.</summary>
    public void Guard(IReadyHandler owner, Action act)
    {
        try
        {
            act();
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            GiveUp(owner, bug);
        }
    }

    /// <summary>Callers cannot be accepted because descriptors or memory have run out.</summary>
    public void NoteExhausted()
    {
        Counters.AcceptsExhausted++;
        LogExhausted();
    }

    /// <summary>A connection to a server cannot be made because of a local shortage, which is not the server's fault.</summary>
    public void NoteConnectExhausted(int error)
    {
        Counters.ConnectsExhausted++;
        LogConnectExhausted(Libc.Describe(error));
    }

    /// <summary>There is no memory for a buffer. The connection that needs it is closed, or its call is refused.</summary>
    public void NoteBufferRefused()
    {
        Counters.BuffersRefused++;
        LogBufferRefused();
    }

    /// <summary>The time of day. Not for use per call.</summary>
    public DateTimeOffset ReadUtc() => _time.GetUtcNow();

    private int WaitMs(long nowMs, int waitMsMax)
    {
        if (!_continued.IsEmpty || !_unsent.IsEmpty)
            return 0;
        int timersMs = Timers.WaitMs(nowMs);
        return timersMs < 0 ? waitMsMax : waitMsMax < 0 ? timersMs : Math.Min(timersMs, waitMsMax);
    }

    private void Handle(IReadyHandler owner, Readiness readiness)
    {
        try
        {
            owner.OnReady(readiness);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            GiveUp(owner, bug);
        }
    }

    private void Fire(TimerEntry timer)
    {
        IReadyHandler? owner = timer.Owner;
        try
        {
            timer.OnDue();
        }
        catch (Exception bug) when (bug is not OutOfMemoryException && owner is not null)
        {
            GiveUp(owner, bug);
        }
    }

    private void GiveUp(IReadyHandler owner, Exception bug)
    {
        Counters.Exceptions++;
        LogGaveUp(bug, owner.GetType().Name);
        owner.OnException(bug);
    }

    private void SetClock()
    {
        PreviousNowUs = NowUs;
        NowUs = ReadClockUs();
        NowMs = NowUs / 1000;
    }

    private long ReadClockUs() => _time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond;
}
