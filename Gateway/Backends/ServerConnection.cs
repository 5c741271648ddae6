using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Backends;

/// <summary>A connection to a server.</summary>
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

    /// <summary>Ended for want of something here: its calls are told so, and its server is not to blame.</summary>
    protected bool EndedForShortage { get; private set; }

    /// <summary>For whom this exclusive connection is being connected.</summary>
    internal ConnectionRequest? ConnectingFor { get; set; }

    /// <summary>An exclusive connection without a call waits for the next one in its server's pool for a while.</summary>
    internal void BeginIdle() => Loop.Timers.Arm(_timer, Loop.NowMs + Server.IdleConnectionMs);

    internal void EndIdle() => Loop.Timers.Disarm(_timer);

    /// <summary>Takes leave of the server in the way of the protocol, and closes.</summary>
    protected internal abstract void Leave();

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
