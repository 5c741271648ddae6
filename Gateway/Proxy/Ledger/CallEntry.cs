using FrameRpc.Gateway.Backends;

namespace FrameRpc.Gateway.Proxy.Ledger;

/// <summary>
/// One call in the books: begun once, ended once, however it ends. Part of whatever stands for the call, so that it
/// allocates nothing.
/// </summary>
/// <remarks>Times are those of the turns in which the request was heard and the reply was passed on: reading the clock for each call would cost more than all other counting.</remarks>
internal struct CallEntry
{
    private CallTally? _tally;
    private long _beganUs;

    /// <summary>Whether it has begun and not ended.</summary>
    public readonly bool IsOpen => _tally is not null;

    /// <summary>How it ends. Until somebody says so, it was cut.</summary>
    public CallStatus Status { get; set; }

    /// <summary>The server that it was sent to last; null when there was none.</summary>
    public Server? Server { get; set; }

    public long RequestBytes { get; set; }

    public long ReplyBytes { get; set; }

    public void Begin(CallTally tally, long nowUs)
    {
        this = new CallEntry { _tally = tally, _beganUs = nowUs };
        tally.Begin();
    }

    /// <summary>Does nothing when it has ended already.</summary>
    public void End(Caller caller)
    {
        if (_tally is not { } tally)
            return;
        _tally = null;
        long tookUs = caller.Loop.NowUs - _beganUs;
        tally.End(Server?.Position ?? CallTally.NoServer, Status, tookUs, RequestBytes, ReplyBytes);
    }
}
