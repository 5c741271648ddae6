using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Backends;

/// <summary>A connection to a server.</summary>
internal abstract class Lane : Connection
{
    private readonly CallbackTimer _timer;

    /// <param name="isExclusive">One call at a time, instead of many.</param>
    protected Lane(EventLoop loop, ISocket socket, Server server, bool isExclusive)
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

    /// <summary>For whom this exclusive lane is being connected.</summary>
    internal LaneRequest? ConnectingFor { get; set; }

    /// <summary>An exclusive lane without a call waits for the next one in its server's pool for a while.</summary>
    internal void BeginIdle() => Loop.Timers.Arm(_timer, Loop.NowMs + Server.IdleLaneMs);

    internal void EndIdle() => Loop.Timers.Disarm(_timer);

    /// <summary>Takes leave of the server in the way of the protocol, and closes.</summary>
    protected internal abstract void Leave();

    /// <summary>The calls that wait on this shared lane have to go elsewhere: nothing of them has been sent.</summary>
    /// <param name="why">What those are told that find no other server.</param>
    protected virtual void OnSharedNotConnected(Refusal why)
    {
    }

    protected override void OnConnected()
    {
        Loop.Timers.Disarm(_timer);
        Server.NoteReached();
        if (IsExclusive)
            Server.OnLaneConnected(this);
    }

    protected override void OnConnectFailed(int error)
    {
        Refusal why = Server.NoteNotConnected(error);
        if (IsExclusive)
            Server.OnLaneNotConnected(this, why);
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
        Server.OnLaneClosed(this);
    }

    private void OnTimeUp()
    {
        if (State == ConnectionState.Connecting)
            OnConnectFailed(Libc.ETIMEDOUT);
        else
            Leave();
    }
}
