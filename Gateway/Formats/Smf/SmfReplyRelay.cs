using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// The large reply that a connection to a server is reading: passed on to its caller as it arrives, never held whole, or discarded
/// if no caller waits for it.
/// </summary>
internal sealed class SmfReplyRelay
{
    private readonly SmfServerConnection _connection;
    private readonly CallbackTimer _stallTimer;
    private SmfRelayState _state;

    /// <summary>Whose reply it is; null when idle, and while it is discarded.</summary>
    private SmfCall? _call;
    private SmfHeader _header;
    private long _bytesLeft;

    /// <summary>How long this reply has held up a shared connection so far, and since when it does now.</summary>
    private long _stalledMs, _stalledFromMs;

    public SmfReplyRelay(SmfServerConnection connection)
    {
        _connection = connection;
        _stallTimer = new CallbackTimer(connection, OnStallDue);
    }

    /// <summary>The body of a large reply is being read.</summary>
    public bool IsActive => _state != SmfRelayState.Idle;

    /// <summary>A call waits for the end of this reply.</summary>
    public bool HasCall => _call is not null;

    /// <summary>The caller that takes the body; null unless it is being passed on.</summary>
    public SmfCaller? Sink => _state is SmfRelayState.Passing or SmfRelayState.Stalled ? _call!.Caller : null;

    public long BytesLeft => _bytesLeft;

    public bool IsOf(SmfCall call) => _call == call;

    /// <summary>Passes the reply on, now or when the caller's stream is free.</summary>
    public void Begin(SmfCall call, SmfHeader header)
    {
        _call = call;
        _header = header;
        _bytesLeft = header.Size;
        _stalledMs = 0;
        if (call.Caller!.TryBeginStream(this))
            OnTurn();
        else
            Wait(SmfRelayState.Waiting);
    }

    /// <summary>Discards the next bytes of the input: a reply that no caller waits for.</summary>
    public void Discard(long bytes)
    {
        if (bytes == 0)
            return;
        Transition(SmfRelayState.Discarding);
        _bytesLeft = bytes;
    }

    /// <summary>Uses what has arrived of the body.</summary>
    /// <returns>How much that was.</returns>
    public int Consume(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _bytesLeft);
        _bytesLeft -= taken;
        if (_call is { } call)
            Pass(call, bytes[..taken]);
        else if (_bytesLeft == 0)
            EndDiscarded();
        return taken;
    }

    public void OnSpliced(int bytes)
    {
        _bytesLeft -= bytes;
        _call!.NoteReplyPassed(bytes, _connection.Loop.NowMs);
        if (_bytesLeft == 0)
            EndPassed();
    }

    public void OnSpliceLost(int bytes) => _bytesLeft -= bytes;

    /// <summary>The caller does not take what is in the pipe.</summary>
    public void Stall()
    {
        // A splice can have begun while the caller had too much unread already.
        if (_state == SmfRelayState.Passing)
            Transition(SmfRelayState.Stalled);
        _connection.PauseInput();
    }

    /// <summary>The caller's stream is free: the reply begins.</summary>
    public void OnTurn()
    {
        Transition(SmfRelayState.Passing);
        SmfCall call = _call!;
        call.BeginReply(_connection.Loop);
        Span<byte> header = stackalloc byte[SmfHeader.Bytes];
        (_header with { Session = call.CallerSession }).Write(header);
        call.Caller!.Write(header);
        GoOn();
    }

    /// <summary>The caller has taken enough for more to be fetched.</summary>
    public void OnRoom()
    {
        if (_state != SmfRelayState.Stalled)
            return;
        Transition(SmfRelayState.Passing);
        GoOn();
    }

    /// <summary>The caller is gone, or has been answered otherwise: the rest of its reply is discarded, so that the connection goes on.</summary>
    public void OnCallerLost()
    {
        if (_call is not { } call || _connection.IsClosed)
            return;
        Transition(SmfRelayState.Discarding);
        _call = null;
        _connection.EndUnwaited(call);
        GoOn();
        if (_bytesLeft == 0)
            EndDiscarded();
    }

    /// <summary>Gives up the place in the caller's stream that the reply waits for.</summary>
    public void LeaveQueue()
    {
        if (_state == SmfRelayState.Waiting)
            _call!.Caller?.CancelStream(this);
    }

    /// <summary>The connection is closed.</summary>
    public void Stop()
    {
        _connection.Loop.Timers.Disarm(_stallTimer);
        if (!IsActive)
            return;
        LeaveQueue();
        Transition(SmfRelayState.Idle);
        _call = null;
        _bytesLeft = 0;
    }

    private void Pass(SmfCall call, ReadOnlySpan<byte> bytes)
    {
        SmfCaller caller = call.Caller!;
        call.NoteReplyPassed(bytes.Length, _connection.Loop.NowMs);
        _connection.Loop.Counters.BytesCopied += bytes.Length;
        caller.Write(bytes);
        if (_bytesLeft == 0)
            EndPassed();
        else if (caller.OutputBytes > caller.StreamBytesMax(isShared: !_connection.IsExclusive))
            Wait(SmfRelayState.Stalled);
    }

    /// <summary>
    /// Reads nothing until the caller takes its reply. On a shared connection the replies of other callers wait behind it, so this
    /// caller has the write timeout for the whole reply: neither a byte now and then nor a pause in between extends it. For a while
    /// the caller's calls then take exclusive connections, so that it does not happen again soon.
    /// </summary>
    private void Wait(SmfRelayState state)
    {
        Transition(state);
        _connection.PauseInput();
        if (_connection.IsExclusive)
            return;
        _stalledFromMs = _connection.Loop.NowMs;
        _connection.Loop.Timers.Arm(_stallTimer, _stalledFromMs + Math.Max(0, _call!.Caller!.WriteTimeoutMs - _stalledMs));
        _call.Caller.Isolate();
    }

    private void GoOn()
    {
        if (_stallTimer.IsArmed)
            _stalledMs += _connection.Loop.NowMs - _stalledFromMs;
        _connection.Loop.Timers.Disarm(_stallTimer);
        if (_connection.IsInputPaused)
            _connection.ResumeInput();
    }

    private void OnStallDue()
    {
        // While it waits for its turn in the caller's stream, the delay need not be the caller's fault.
        if (_state == SmfRelayState.Waiting)
            _connection.OnCallTimedOut(_call!, RejectReason.TimedOut);
        else if (_connection.HasOthersThan(_call!))
            _call!.Caller!.CloseSlow(CallerFault.ReadsSlowly);
        else
            ForgiveStall();
    }

    /// <summary>No reply waited behind this one, and no call is put on a connection that is not read: the caller may take its time.</summary>
    private void ForgiveStall()
    {
        _stalledMs = 0;
        _stalledFromMs = _connection.Loop.NowMs;
        _connection.Loop.Timers.Arm(_stallTimer, _stalledFromMs + _call!.Caller!.WriteTimeoutMs);
    }

    private void EndPassed()
    {
        SmfCall call = _call!;
        Transition(SmfRelayState.Idle);
        _call = null;
        GoOn();
        call.Caller!.EndStream(this);
        _connection.EndPassed(call, _header.Meta);
    }

    private void EndDiscarded()
    {
        Transition(SmfRelayState.Idle);
        _connection.OnDiscarded();
    }

    /// <remarks>
    /// Idle → Waiting (the caller's stream carries another large reply), Passing (it begins at once), Discarding. Waiting → Passing,
    /// Discarding. Passing ↔ Stalled (the caller reads slower than the server sends). Passing, Stalled → Discarding (the caller is
    /// gone). Any but Idle → Idle (read whole, or the connection is closed).
    /// </remarks>
    private void Transition(SmfRelayState next)
    {
        bool isPossible = next switch
        {
            SmfRelayState.Waiting => _state == SmfRelayState.Idle,
            SmfRelayState.Passing => _state is SmfRelayState.Idle or SmfRelayState.Waiting or SmfRelayState.Stalled,
            SmfRelayState.Stalled => _state == SmfRelayState.Passing,
            SmfRelayState.Discarding => _state != SmfRelayState.Discarding,
            _ => _state != SmfRelayState.Idle,
        };
        if (!isPossible)
            throw new InvalidOperationException($"a large reply cannot go from {_state} to {next}");
        _state = next;
    }
}

internal enum SmfRelayState : byte
{
    /// <summary>No large reply is being read.</summary>
    Idle,
    /// <summary>It waits until another large reply has left the caller's stream. The connection is not read.</summary>
    Waiting,
    /// <summary>Its body goes to the caller as it arrives.</summary>
    Passing,
    /// <summary>The caller has too much of it unread. The connection is not read.</summary>
    Stalled,
    /// <summary>The rest of its body is discarded as it arrives.</summary>
    Discarding,
}
