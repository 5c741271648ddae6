using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats;

/// <summary>A connection from a caller.</summary>
internal abstract class Caller : Connection
{
    /// <summary>Of a streamed body this much may wait between two connections; then the faster side waits.</summary>
    public const int StreamBufferBytesMax = 256 * 1024;

    /// <summary>A caller that has this much unread gets no further request served, as long as it has.</summary>
    protected const int RepliesHoldBytes = 256 * 1024;

    private readonly Action _onClosed;
    private readonly CallbackTimer _slowReader;
    private InputHold _holds;

    /// <param name="ledger">The books of the listener that it came in by.</param>
    /// <param name="onClosed">Called once, when the caller is gone.</param>
    protected Caller(WorkerContext context, ListenerLedger ledger, ISocket socket, Action onClosed)
        : base(context.Loop, socket, ConnectionState.Open)
    {
        Context = context;
        Ledger = ledger;
        _onClosed = onClosed;
        _slowReader = new CallbackTimer(this, OnSlowReaderDue);
        // Asked now: a closed connection has none.
        Name = context.Ledger.Access is null ? "" : socket.DescribePeer();
        context.Add(this);
    }

    protected WorkerContext Context { get; }

    public ListenerLedger Ledger { get; }

    /// <summary>Its address, for the access log; empty where there is none.</summary>
    public string Name { get; }

    protected bool IsHeld => _holds != InputHold.None;

    /// <summary>Draining: takes leave as soon as no call is in flight.</summary>
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

    /// <summary>Bytes of replies that wait for this caller to read.</summary>
    protected virtual int UnreadBytes => OutputBytes;

    /// <summary>Whether somebody suffers when this caller does not read: then it is closed after the write timeout.</summary>
    protected abstract bool MustRead { get; }

    protected override void OnOutputSent()
    {
        if (UnreadBytes <= RepliesHoldBytes / 4)
            ReleaseInput(InputHold.Replies);
        if (IsSendBlocked && MustRead && !_slowReader.IsArmed)
            Loop.Timers.Arm(_slowReader, LastSentMs + Context.WriteTimeoutMs);
    }

    /// <summary>Closes this caller, because others would suffer if it stayed.</summary>
    /// <param name="why">One of <see cref="SlowCaller"/>.</param>
    public void CloseSlow(string why)
    {
        Context.NoteSlow(Ledger.Name, Name.Length > 0 ? Name : DescribePeer(), why);
        Abort();
    }

    /// <summary>Nobody is left to hear a reply; what is unread can only be requests.</summary>
    protected override void OnBrokenWhilePaused() => Abort();

    protected override void OnClosed()
    {
        Loop.Timers.Disarm(_slowReader);
        Context.Remove(this);
        _onClosed();
    }

    private void OnSlowReaderDue()
    {
        if (!IsSendBlocked || !MustRead)
            return;
        long dueMs = LastSentMs + Context.WriteTimeoutMs;
        if (dueMs > Loop.NowMs)
        {
            Loop.Timers.Arm(_slowReader, dueMs);
            return;
        }
        CloseSlow(SlowCaller.ReadsNothing);
    }
}

/// <summary>Why a caller's requests are not read for a while. Each ends by itself or by a timeout, and holds up only this caller.</summary>
[Flags]
internal enum InputHold : byte
{
    None = 0,
    /// <summary>Too many replies wait to be read by this caller.</summary>
    Replies = 1,
    /// <summary>The connection for its next request is full, or an exclusive connection is waited for.</summary>
    ServerConnection = 2,
    /// <summary>The server has to take more of its large request first.</summary>
    Upload = 4,
    /// <summary>The format answers one request before the next is looked at.</summary>
    Turn = 8,
}

/// <summary>Why a slow caller is closed, as the log says it.</summary>
internal static class SlowCaller
{
    public const string ReadsNothing = "it read none of its replies for writeTimeout";

    public const string LeavesUnread = "it left more unread than replyBufferMax";

    public const string StandsInTheWay = "it stood still in the middle of a call for writeTimeout, while others waited for a connection to the server";
}
