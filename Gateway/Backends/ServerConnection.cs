using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>
/// A connection to a server. A shared one carries the small calls of many callers at once; an exclusive one carries one call at a time. Derived
/// classes implement the format.
/// </summary>
internal abstract class ServerConnection : Connection
{
    /// <summary>The queue of a Unix socket empties within microseconds; descriptors and memory come back when other connections close.</summary>
    private const int RetryQueueFullMs = 10, RetryShortageMs = 100;

    /// <summary>An attempt that takes longer is not waited for while another server may be quicker (250 ms in RFC 8305, Happy Eyeballs).</summary>
    private const int DoubtMs = 250;

    /// <summary>A connection that ends sooner, without a reply, was accepted only to be closed.</summary>
    private const int FreshMs = 1_000;

    private readonly CallbackTimer _timer;
    private readonly long _connectUntilMs;
    private CallsUnanswered _unanswered;
    private ConnectionWait _wait = ConnectionWait.Connect;

    /// <summary>The errno of the local shortage through which an attempt failed, or 0; and whether it is to be made anew for that reason.</summary>
    private int _shortage;
    private bool _isShort;

    /// <summary>The errno that broke it, or 0.</summary>
    private int _error;

    private bool _endedByServer;
    private bool _isAttempt = true;
    /// <summary>The attempt may fail or take long: what waits does not count on it any more.</summary>
    private bool _isDoubtful;
    private long _connectedMs;
    private long _lastUsedMs;
    /// <summary>When the last reply on this exclusive connection was complete; 0 before.</summary>
    private long _repliedMs;

    /// <param name="isExclusive">Whether it carries one call at a time.</param>
    protected ServerConnection(Loop loop, ISocket socket, Server server, bool isExclusive)
        : base(loop, socket, ConnectionState.Connecting)
    {
        Server = server;
        IsExclusive = isExclusive;
        _timer = new CallbackTimer(this, OnTimeUp);
        _connectUntilMs = loop.NowMs + server.Backend.ConnectTimeoutMs;
        loop.Timers.Arm(_timer, Math.Min(_connectUntilMs, loop.NowMs + DoubtMs));
    }

    public Server Server { get; }

    public bool IsExclusive { get; }

    /// <summary>Whether this shared connection has room for another call. Not virtual, because it is read for each small call.</summary>
    public bool TakesCalls => !IsRetired && !IsClosed && !IsFull && !IsInputPaused && !PeerHasEnded;

    /// <summary>Takes no new calls; closes when those in flight have ended.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>A reply has arrived on it.</summary>
    public bool HasReplied { get; protected set; }

    /// <summary>Idle, and not to be used before it has rested; see <see cref="ReusePolicy"/>.</summary>
    public bool IsResting => _wait == ConnectionWait.Rest && _timer.IsArmed;

    /// <summary>The calls that it carries, and whether one has been unanswered for long.</summary>
    public ref CallsUnanswered Unanswered => ref _unanswered;

    /// <summary>Shared: carries as many calls as the format has sessions.</summary>
    protected bool IsFull { get; set; }

    /// <summary>Closed because of a local shortage, which its calls report and its server is not blamed for.</summary>
    protected bool EndedForShortage => FaultRules.OfConnect(_error) == FaultOrigin.Gateway;

    /// <summary>Starts the idle timeout.</summary>
    internal void BeginIdle() => Wait(ConnectionWait.Idle, Server.Backend.IdleTimeoutMs);

    internal void BeginRest(int restMs) => Wait(ConnectionWait.Rest, restMs);

    internal void EndIdle() => Loop.Timers.Disarm(_timer);

    /// <summary>Takes no new calls; closes when those in flight have ended, or at once if idle.</summary>
    public void Retire()
    {
        if (IsRetired || IsClosed)
            return;
        IsRetired = true;
        Loop.Counters.ConnectionsRetired++;
        if (!IsExclusive)
            Server.ForgetShared(this);
        OnRetired();
    }

    /// <summary>Ends an idle connection as the format requires, and closes it.</summary>
    protected internal abstract void Leave();

    /// <summary>Called when the connection was retired; closes it if no call is in flight.</summary>
    protected virtual void OnRetired()
    {
    }

    /// <summary>The calls on this shared connection, which was not established, have to be moved: nothing of them has been sent.</summary>
    /// <param name="why">The reason for calls that find no other server.</param>
    protected virtual void OnSharedNotConnected(RejectReason why)
    {
    }

    protected override void OnConnected()
    {
        Loop.Timers.Disarm(_timer);
        EndAttempt();
        _connectedMs = Loop.NowMs;
        if (!IsExclusive)
            BeginIdle();
        Server.OnConnected(this);
    }

    /// <summary>
    /// A local shortage passes, and nothing has been sent: the attempt begins anew until its time is up, and what waits for the connection keeps its
    /// place.
    /// </summary>
    protected override void OnConnectFailed(int error)
    {
        if (FaultRules.OfConnect(error) != FaultOrigin.Gateway)
        {
            GiveUpConnecting(error);
            return;
        }
        bool isFirst = _shortage == 0;
        _shortage = error;
        _isShort = true;
        long retryAtMs = Loop.NowMs + (error == Libc.EAGAIN ? RetryQueueFullMs : RetryShortageMs);
        Server.Reach.NoteShort();
        // One attempt that goes on is enough to find out when the shortage is over.
        if (IsExclusive && Server.Reach.Attempts > 1)
        {
            Close();
            return;
        }
        if (isFirst)
            Loop.NoteConnectExhausted(error);
        if (retryAtMs >= _connectUntilMs)
        {
            GiveUpConnecting(error);
            return;
        }
        Loop.Timers.Arm(_timer, retryAtMs);
        Doubt();
        if (!IsExclusive && Server.Backend.HasSharedRoom)
            OnSharedNotConnected(RejectReason.Exhausted);
    }

    protected override void OnPeerEnded()
    {
        _endedByServer = true;
        Close();
    }

    protected override void OnBroken(int error)
    {
        _error = error;
        _endedByServer = true;
        base.OnBroken(error);
    }

    protected override void OnClosed()
    {
        Loop.Timers.Disarm(_timer);
        EndAttempt();
        if (_endedByServer && _repliedMs != 0)
            Server.Reuse.NoteClosed(msAfterReply: (int)Math.Min(int.MaxValue, Loop.NowMs - _repliedMs));
        Server.OnConnectionClosed(this);
    }

    /// <summary>Counts a call that this connection carries, as load of the server, too.</summary>
    protected void OnCallBegun()
    {
        _lastUsedMs = Loop.NowMs;
        _unanswered.Add(Loop.NowMs);
        Server.OnCallBegun();
    }

    /// <summary>The call is no longer in flight, whatever became of it.</summary>
    /// <param name="begunMs">When it was counted.</param>
    protected void OnCallEnded(long begunMs)
    {
        _unanswered.Remove(begunMs, Loop.NowMs);
        Server.OnCallEnded();
    }

    /// <summary>A reply on this exclusive connection is complete.</summary>
    protected void NoteReplyComplete() => _repliedMs = Loop.NowMs;

    /// <summary>Judges how the connection has ended.</summary>
    /// <param name="callsLost">Calls whose requests the server had at least in part, and whose callers wait.</param>
    protected void JudgeEnd(int callsLost)
    {
        bool isFresh = _connectedMs != 0 && !HasReplied && Loop.NowMs - _connectedMs < FreshMs;
        if (FaultRules.OfEnd(_error, _endedByServer, callsLost, isFresh) == FaultOrigin.Server)
            Server.NoteFault(ServerFault.Lost);
    }

    private void EndAttempt()
    {
        if (!_isAttempt)
            return;
        _isAttempt = false;
        Server.OnAttemptEnded(this, isDoubtful: _isDoubtful);
    }

    private void GiveUpConnecting(int error)
    {
        EndAttempt();
        RejectReason why = Server.OnConnectFailed(error);
        if (!IsExclusive)
        {
            Server.ForgetShared(this);
            OnSharedNotConnected(why);
        }
        Close();
    }

    private void Wait(ConnectionWait what, int ms)
    {
        _wait = what;
        Loop.Timers.Arm(_timer, Loop.NowMs + ms);
    }

    private void OnTimeUp()
    {
        if (State == ConnectionState.Connecting)
            OnConnectingTime();
        else if (_wait == ConnectionWait.Rest)
            Server.OnRested(this);
        else if (IsExclusive || (Unanswered.Count == 0 && Loop.NowMs - _lastUsedMs >= Server.Backend.IdleTimeoutMs))
            Leave();
        else if (Unanswered.Count > 0)
            BeginIdle();
        else
            Wait(ConnectionWait.Idle, Server.Backend.IdleTimeoutMs - (int)(Loop.NowMs - _lastUsedMs));
    }

    private void OnConnectingTime()
    {
        if (Loop.NowMs >= _connectUntilMs)
        {
            GiveUpConnecting(_isShort ? _shortage : Libc.ETIMEDOUT);
            return;
        }
        Loop.Timers.Arm(_timer, _connectUntilMs);
        if (!_isShort)
        {
            Doubt();
            return;
        }
        _isShort = false;
        ReplaceSocket(Server.OpenSocket());
    }

    private void Doubt()
    {
        if (_isDoubtful)
            return;
        _isDoubtful = true;
        Server.OnAttemptDoubtful(this);
    }
}

/// <summary>What the timer of a connection to a server waits for.</summary>
internal enum ConnectionWait : byte
{
    Connect,
    Idle,
    Rest,
}
