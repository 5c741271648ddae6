using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats;

/// <summary>A connection from a caller.</summary>
internal abstract class Caller : Connection
{
    /// <summary>Bytes of a streamed body that may wait between two connections, before the faster side is held up.</summary>
    public const int StreamBufferBytesMax = 256 * 1024;

    /// <summary>
    /// A server connection is taken for a streamed request when this much of its body is there, or all of it. What a caller sends more slowly than a
    /// server reads it then costs memory here, and not a connection that other calls wait for.
    /// </summary>
    public const int StreamBeginningBytes = 64 * 1024;

    /// <summary>
    /// The rest of a refused request that is read and discarded, so that the connection can be used again; beyond it, and after <see
    /// cref="RestMsMax"/>, the connection ends. nginx reads on for up to 30 s (lingering_time), HAProxy not at all.
    /// </summary>
    public const int RestBytesMax = 1024 * 1024;

    private const int RestMsMax = 1_000;

    /// <summary>A caller that sends nothing for this long may wait for a reply to the beginning of its stream.</summary>
    private const int StreamPauseMs = 50;

    /// <summary>While a caller has this much unread, no further request of it is served.</summary>
    protected const int RepliesHoldBytes = 256 * 1024;

    private readonly Action _onClosed;
    private readonly CallbackTimer _slowReader;
    private readonly RequestTimer _request;
    private readonly CallbackTimer _idle;
    private PaceWindow _reading;
    private PaceWindow _moving;
    private InputHold _holds;
    private uint? _key;

    /// <param name="ledger">The counters of its listener.</param>
    /// <param name="onClosed">Called once, when the caller has disconnected.</param>
    protected Caller(WorkerContext context, ListenerLedger ledger, ISocket socket, Action onClosed)
        : base(context.Loop, socket, ConnectionState.Open)
    {
        Context = context;
        Ledger = ledger;
        _onClosed = onClosed;
        _slowReader = new CallbackTimer(this, OnSlowReaderDue);
        _request = new RequestTimer(this);
        _idle = new CallbackTimer(this, OnIdleDue);
        WatchIdle();
        // Read now, because a closed connection has no address.
        Name = context.Ledger.Access is null ? "" : socket.DescribePeer();
        context.Add(this);
    }

    protected WorkerContext Context { get; }

    public ListenerLedger Ledger { get; }

    /// <summary>Its address, for the access log; empty if there is none.</summary>
    public string Name { get; }

    /// <summary>The key of its calls in balancing: the same for all connections from one address. 0 where it is not needed.</summary>
    public uint KeyFor(Backend backend) => backend.Balancing == Balancing.Hash ? _key ??= KeyOf(DescribePeer()) : 0;

    protected bool IsHeld => _holds != InputHold.None;

    /// <summary>While draining: closes as soon as no call is in flight.</summary>
    public abstract void LeaveWhenIdle();

    /// <summary>No call is in progress, and nothing of a request has arrived.</summary>
    protected abstract bool IsIdle { get; }

    /// <summary>Ends the connection of an idle caller in order.</summary>
    protected virtual void EndIdle() => EndAfterOutput();

    protected void HoldInput(InputHold why)
    {
        _holds |= why;
        PauseInput();
    }

    protected void ReleaseInput(InputHold why)
    {
        if ((_holds & why) == 0)
            return;
        _holds &= ~why;
        if (_holds != InputHold.None)
            return;
        _request.Restart();
        ResumeInput();
    }

    /// <summary>A read has ended, and this is missing of what the caller has begun to send.</summary>
    /// <param name="key">See <see cref="RequestTimer.Await"/>.</param>
    protected void Await(Awaited what, long key) => _request.Await(what, key, what switch
    {
        Awaited.Request => Context.RequestTimeoutMs,
        Awaited.MoreOfStream => StreamPauseMs,
        _ => RestMsMax,
    });

    protected void AwaitNothing() => _request.End();

    internal void HandleOverdue(Awaited what)
    {
        if (State != ConnectionState.Open)
            return;
        if (what == Awaited.MoreOfStream)
        {
            OnStreamPaused();
            return;
        }
        Context.Ledger.NoteClosed(what == Awaited.Request ? CallerFault.RequestTimedOut : CallerFault.RefusedBody);
        if (what == Awaited.Request)
            OnRequestOverdue();
        else
            OnRestOverdue();
    }

    /// <summary>The rest of a refused request is longer than <see cref="RestBytesMax"/>.</summary>
    protected void EndRest()
    {
        Context.Ledger.NoteClosed(CallerFault.RefusedBody);
        OnRestOverdue();
    }

    /// <summary>The request did not arrive in time: answers it as far as it is known, and ends the connection in order.</summary>
    protected virtual void OnRequestOverdue() => EndAfterOutput();

    /// <summary>Sends the answer of the refused request, if it is not sent yet, and ends the connection in order.</summary>
    protected virtual void OnRestOverdue() => EndAfterOutput();

    /// <summary>The beginning of a stream is passed on, because no more of it follows at the moment.</summary>
    protected virtual void OnStreamPaused()
    {
    }

    /// <summary>Bytes of replies that this caller has not read yet.</summary>
    protected virtual int UnreadBytes => OutputBytes;

    /// <summary>Whether others are affected if this caller does not read: it is then closed after the write timeout.</summary>
    protected abstract bool MustRead { get; }

    protected override void OnOutputSent()
    {
        if (UnreadBytes <= RepliesHoldBytes / 4)
            ReleaseInput(InputHold.Replies);
        if (IsSendBlocked && MustRead && !_slowReader.IsArmed)
            WatchReading();
    }

    /// <summary>Closes this caller, because it would affect others.</summary>
    public void CloseSlow(CallerFault why)
    {
        Context.NoteSlow(Ledger.Name, Name.Length > 0 ? Name : DescribePeer(), why);
        Abort();
    }

    /// <summary>The caller cannot receive replies any more, and unread bytes can only be requests.</summary>
    protected override void OnBrokenWhilePaused() => Abort();

    protected override void OnClosed()
    {
        Loop.Timers.Disarm(_slowReader);
        Loop.Timers.Disarm(_request);
        Loop.Timers.Disarm(_idle);
        Context.Remove(this);
        _onClosed();
    }

    /// <summary>Callers on Unix sockets have no address, and all of them the same key.</summary>
    private static uint KeyOf(string peer) => HashPicker.HashOf(peer.AsSpan(0, peer.LastIndexOf(':') is >= 0 and int port ? port : peer.Length));

    private void WatchIdle()
    {
        _moving.Restart(Loop.NowMs, BytesReceived + BytesSent);
        ArmIdle();
    }

    /// <summary>Looks at the caller a few times, so that no call has to touch the timer.</summary>
    private void ArmIdle() => Loop.Timers.Arm(_idle, Loop.NowMs + Math.Max(1, Context.IdleTimeoutMs / 4));

    private void OnIdleDue()
    {
        if (State != ConnectionState.Open)
            return;
        if (!IsIdle || OutputBytes > 0 || _moving.BytesSince(BytesReceived + BytesSent) > 0)
        {
            WatchIdle();
        }
        else if (_moving.ElapsedMs(Loop.NowMs) < Context.IdleTimeoutMs)
        {
            ArmIdle();
        }
        else
        {
            Context.Ledger.NoteClosed(CallerFault.Idle);
            EndIdle();
        }
    }

    private void WatchReading()
    {
        _reading.Restart(Loop.NowMs, BytesSent);
        Loop.Timers.Arm(_slowReader, Loop.NowMs + Context.WriteTimeoutMs);
    }

    private void OnSlowReaderDue()
    {
        if (!IsSendBlocked || !MustRead)
            return;
        if (_reading.IsBelow(Loop.NowMs, BytesSent, Context.Limits.BytesPerSecondMin))
            CloseSlow(CallerFault.ReadsSlowly);
        else
            WatchReading();
    }
}

/// <summary>Why a caller's requests are not read for a while. Each hold ends by itself or by a timeout, and affects only this caller.</summary>
[Flags]
internal enum InputHold : byte
{
    None = 0,
    /// <summary>Too many replies are unread by this caller.</summary>
    Replies = 1,
    /// <summary>The connection for its next request is full, or it waits for an exclusive connection.</summary>
    ServerConnection = 2,
    /// <summary>The server has to accept more of its large request first.</summary>
    Upload = 4,
    /// <summary>The format answers one request before it reads the next.</summary>
    Turn = 8,
    /// <summary>Nothing more is read: the caller leaves when its calls have ended.</summary>
    Leaving = 16,
}
