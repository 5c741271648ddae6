using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>
/// A connection to a server. Shared, it carries the small calls of many callers at once; exclusive, one call at a time. What
/// is said over it is the format's.
/// </summary>
internal abstract class ServerConnection : Connection
{
    private readonly CallbackTimer _timer;

    /// <param name="isExclusive">One call at a time, instead of many.</param>
    protected ServerConnection(Loop loop, ISocket socket, Server server, bool isExclusive)
        : base(loop, socket, ConnectionState.Connecting)
    {
        Server = server;
        IsExclusive = isExclusive;
        _timer = new CallbackTimer(this, OnTimeUp);
        loop.Timers.Arm(_timer, loop.NowMs + server.Backend.ConnectTimeoutMs);
    }

    public Server Server { get; }

    public bool IsExclusive { get; }

    /// <summary>Whether another call may be put on this shared connection. Asked for each small call, so no virtual one.</summary>
    public bool TakesCalls => !IsRetired && !IsClosed && !IsFull && !IsInputPaused;

    /// <summary>Takes no new calls; closes when those in flight are done.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Shared: carries as many calls as the format can tell apart.</summary>
    protected bool IsFull { get; set; }

    /// <summary>Ended for want of something here: its calls are told so, and its server is not to blame.</summary>
    protected bool EndedForShortage { get; private set; }

    /// <summary>For whom this exclusive connection is being established.</summary>
    internal ConnectionRequest? ConnectingFor { get; set; }

    /// <summary>An exclusive connection without a call waits for the next one in its server's pool for a while.</summary>
    internal void BeginIdle() => Loop.Timers.Arm(_timer, Loop.NowMs + Server.IdleConnectionMs);

    internal void EndIdle() => Loop.Timers.Disarm(_timer);

    /// <summary>No new calls; closes when those in flight are done, which for an idle connection is now.</summary>
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

    /// <summary>Ends an idle connection in the way of the format, and closes it.</summary>
    protected internal abstract void Leave();

    /// <summary>The connection was retired: closes it, if no call is in flight.</summary>
    protected virtual void OnRetired()
    {
    }

    /// <summary>The calls that wait on this shared connection have to go elsewhere: nothing of them has been sent.</summary>
    /// <param name="why">What those are told that find no other server.</param>
    protected virtual void OnSharedNotConnected(RejectReason why)
    {
    }

    protected override void OnConnected()
    {
        Loop.Timers.Disarm(_timer);
        Server.NoteReached();
        if (IsExclusive)
            Server.OnConnectionMade(this);
    }

    protected override void OnConnectFailed(int error)
    {
        RejectReason why = Server.NoteNotConnected(error);
        if (IsExclusive)
            Server.OnConnectionFailed(this, why);
        else
            OnSharedNotConnected(why);
        Close();
    }

    protected override void OnBroken(int error)
    {
        EndedForShortage = LocalShortage.Is(error);
        base.OnBroken(error);
    }

    protected override void OnClosed()
    {
        Loop.Timers.Disarm(_timer);
        Server.OnConnectionClosed(this);
    }

    private void OnTimeUp()
    {
        if (State == ConnectionState.Connecting)
            OnConnectFailed(Libc.ETIMEDOUT);
        else
            Leave();
    }
}
