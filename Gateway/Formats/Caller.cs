using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats;

/// <summary>A connection from a caller.</summary>
internal abstract class Caller : Connection
{
    /// <summary>Bytes of a streamed body that may wait between two connections, before the faster side is held up.</summary>
    public const int StreamBufferBytesMax = 256 * 1024;

    /// <summary>While a caller has this much unread, no further request of it is served.</summary>
    protected const int RepliesHoldBytes = 256 * 1024;

    private readonly Action _onClosed;
    private readonly CallbackTimer _slowReader;
    private PaceWindow _reading;
    private InputHold _holds;

    /// <param name="ledger">The counters of its listener.</param>
    /// <param name="onClosed">Called once, when the caller has disconnected.</param>
    protected Caller(WorkerContext context, ListenerLedger ledger, ISocket socket, Action onClosed)
        : base(context.Loop, socket, ConnectionState.Open)
    {
        Context = context;
        Ledger = ledger;
        _onClosed = onClosed;
        _slowReader = new CallbackTimer(this, OnSlowReaderDue);
        // Read now, because a closed connection has no address.
        Name = context.Ledger.Access is null ? "" : socket.DescribePeer();
        context.Add(this);
    }

    protected WorkerContext Context { get; }

    public ListenerLedger Ledger { get; }

    /// <summary>Its address, for the access log; empty if there is none.</summary>
    public string Name { get; }

    protected bool IsHeld => _holds != InputHold.None;

    /// <summary>While draining: closes as soon as no call is in flight.</summary>
    public abstract void LeaveWhenIdle();

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
        if (_holds == InputHold.None)
            ResumeInput();
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
        Context.Remove(this);
        _onClosed();
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
}
