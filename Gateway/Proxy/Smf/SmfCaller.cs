using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Proxy.Smf;

/// <summary>A caller that speaks smf: many calls in flight, each under a session of the caller's choice, answered in any order.</summary>
internal sealed partial class SmfCaller : Caller
{
    /// <summary>Why requests are not read for a while. Each ends by itself or by a timeout, and holds up only this caller.</summary>
    [Flags]
    private enum Hold : byte
    {
        None = 0,
        /// <summary>Too many replies wait to be read by this caller.</summary>
        Replies = 1,
        /// <summary>The lane for its next request is full.</summary>
        Room = 2,
        /// <summary>A large request waits for a lane, or for the server to take more of it.</summary>
        Upload = 4,
    }

    /// <summary>As many as a lane has sessions: one caller alone cannot fill more than one lane.</summary>
    private const int CallsInFlightMax = SmfSessions.Max;

    private readonly SmfCallPool _calls;
    private Hold _holds;
    private int _inFlight;
    private bool _peerEnded;

    public SmfCaller(Dispatcher dispatcher, SmfCallPool calls, ISocket socket, Action onClosed)
        : base(dispatcher, socket, onClosed)
    {
        _calls = calls;
        _slowReader = new CallbackTimer(OnSlowReaderDue);
        _roomTimer = new CallbackTimer(OnRoomTimeUp);
    }

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
            AbandonUpload();
            Abort();
            return;
        }
        LeaveIfDone();
    }

    protected override void OnClosed()
    {
        Loop.Timers.Disarm(_slowReader);
        Loop.Timers.Disarm(_roomTimer);
        AbandonUpload();
        LoseStreams();
        base.OnClosed();
    }

    private void LeaveIfDone()
    {
        if (IsClosed || _inFlight > 0 || _uploadBytesLeft > 0 || _holds != Hold.None || !(_peerEnded || Dispatcher.IsDraining))
            return;
        EndAfterOutput();
    }

    private void HoldInput(Hold why)
    {
        _holds |= why;
        PauseInput();
    }

    private void ReleaseInput(Hold why)
    {
        if ((_holds & why) == 0)
            return;
        _holds &= ~why;
        if (_holds == Hold.None)
            ResumeInput();
    }
}
