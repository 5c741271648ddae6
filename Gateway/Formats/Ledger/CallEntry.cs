using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// The accounting of one call: begun once and ended once, however it ends. Part of the object of the call, so it allocates nothing.
/// </summary>
/// <remarks>
/// Times are those of the turns in which the request was read and the reply was forwarded: reading the clock for each call would cost more than all
/// other counting.
/// </remarks>
internal struct CallEntry
{
    private CallTally? _tally;
    private long _beganUs;

    /// <summary>Whether it has begun and not ended.</summary>
    public readonly bool IsOpen => _tally is not null;

    /// <summary>How it ends: cut, until something else is known.</summary>
    public CallStatus Status { get; set; }

    /// <summary>The server that it was last sent to; null if it was sent to none.</summary>
    public ServerStatistics? Server { get; set; }

    /// <summary>The request id of an smf call without a route.</summary>
    public uint UnknownId { get; set; }

    public long RequestBytes { get; set; }

    public long ReplyBytes { get; set; }

    public void Begin(CallTally tally, long nowUs)
    {
        _tally = tally;
        _beganUs = nowUs;
        Status = CallStatus.Cut;
        Server = null;
        UnknownId = 0;
        RequestBytes = 0;
        ReplyBytes = 0;
        tally.Begin();
    }

    /// <summary>Ends the call; has no effect if it has ended already.</summary>
    /// <param name="loop">The clock.</param>
    /// <param name="caller">The caller's address, for the access log.</param>
    public void End(Loop loop, string caller)
    {
        if (_tally is not { } tally)
            return;
        _tally = null;
        long tookUs = loop.NowUs - _beganUs;
        tally.End(Server, Status, tookUs, RequestBytes, ReplyBytes);
        if (tally.Access is { } access && access.IsNext())
            access.Add(RecordOf(tally, tookUs, loop, caller));
    }

    private readonly AccessRecord RecordOf(CallTally tally, long tookUs, Loop loop, string caller) => new()
    {
        Ended = loop.ReadUtc(),
        Tally = tally,
        Server = Server?.Address,
        Status = Status,
        TookUs = tookUs,
        RequestBytes = RequestBytes,
        ReplyBytes = ReplyBytes,
        UnknownId = UnknownId,
        Caller = caller,
    };
}
