using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>A caller that speaks smf: many calls in flight, each under a session of the caller's choice, answered in any order.</summary>
internal sealed partial class SmfCaller : Caller
{
    /// <summary>As many as a connection has sessions: one caller alone cannot fill more than one connection.</summary>
    private const int CallsInFlightMax = SmfSessionTable.Max;

    private readonly SmfCallPool _calls;
    private int _inFlight;
    private bool _peerEnded;

    public SmfCaller(WorkerContext context, ListenerLedger ledger, SmfCallPool calls, ISocket socket, Action onClosed)
        : base(context, ledger, socket, onClosed)
    {
        _calls = calls;
        _roomTimer = new CallbackTimer(this, OnRoomTimeUp);
    }

    /// <summary>Always: its replies come on connections that carry others' calls, too.</summary>
    protected override bool MustRead => true;

    public void OnCallBegun() => _inFlight++;

    public void OnCallEnded()
    {
        _inFlight--;
        LeaveIfDone();
    }

    public override void LeaveWhenIdle() => LeaveIfDone();

    protected override void OnPeerEnded()
    {
        _peerEnded = true;
        if (_uploadBytesLeft > 0)
        {
            // The request was cut short: the server must not take it for whole, and nobody waits for its reply.
            Abort();
            return;
        }
        LeaveIfDone();
    }

    protected override void OnClosed()
    {
        Loop.Timers.Disarm(_roomTimer);
        StopWaitingForRoom();
        AbandonUpload();
        LoseStreams();
        base.OnClosed();
    }

    private void LeaveIfDone()
    {
        if (IsClosed || _inFlight > 0 || _uploadBytesLeft > 0 || IsHeld || !(_peerEnded || Context.IsDraining))
            return;
        EndAfterOutput();
    }
}
