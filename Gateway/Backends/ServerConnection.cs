using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>
/// A connection to a server. A shared one carries the small calls of many callers at once; an exclusive one carries one call at a time. Derived
/// classes implement the format.
/// </summary>
internal abstract class ServerConnection : Connection
{
    private readonly CallbackTimer _timer;

    /// <param name="isExclusive">Whether it carries one call at a time.</param>
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

    /// <summary>Whether this shared connection has room for another call. Not virtual, because it is read for each small call.</summary>
    public bool TakesCalls => !IsRetired && !IsClosed && !IsFull && !IsInputPaused;

    /// <summary>Takes no new calls; closes when those in flight have ended.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Shared: carries as many calls as the format has sessions.</summary>
    protected bool IsFull { get; set; }

    /// <summary>Closed because of a local shortage, which its calls report and its server is not blamed for.</summary>
    protected bool EndedForShortage { get; private set; }

    /// <summary>The request that this exclusive connection is being established for.</summary>
    internal ConnectionRequest? ConnectingFor { get; set; }

    /// <summary>Starts the idle timeout of an exclusive connection in its server's pool.</summary>
    internal void BeginIdle() => Loop.Timers.Arm(_timer, Loop.NowMs + Server.Backend.IdleTimeoutMs);

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

    /// <summary>The calls that wait on this shared connection have to be moved: nothing of them has been sent.</summary>
    /// <param name="why">The reason for calls that find no other server.</param>
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
