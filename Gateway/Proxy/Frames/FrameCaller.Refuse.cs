using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Proxy.Ledger;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Proxy.Frames;

/// <summary>
/// Calls that the gateway answers itself. The error reply comes after the request has been read away: a first
/// implementation would otherwise go on sending data into a connection that takes it for the next request.
/// </summary>
internal sealed partial class FrameCaller
{
    /// <summary>The error reply that waits for the end of its request.</summary>
    private FrameError? _refusal;
    private int _refusedHeaderBytes;

    private void Refuse(Refusal why) => Refuse(FrameErrors.Of(why));

    private void Refuse(FrameError error)
    {
        Account(error);
        Loop.Timers.Disarm(_timer);
        _lane = null;
        _refusal = error;
        if (_requestEnded)
            SayRefusal();
        else
            DiscardRest();
        EndCallIfDone();
    }

    /// <summary>What was refused before its route was known never became a call until now.</summary>
    private void Account(FrameError error)
    {
        Dispatcher.NoteRefused(error.Why);
        if (!_entry.IsOpen)
            _entry.Begin(Ledger.Unrouted, Loop.NowUs);
        _entry.Status = CallStatuses.OfFrame(error.Code);
    }

    /// <summary>What is left of the request, of whatever part, is read away.</summary>
    private void DiscardRest()
    {
        if (_requestEnded)
            return;
        NoteRequestPassed();
        CutOutgoing();
        if (_phase == Phase.Request)
        {
            _refusedHeaderBytes = _scan.HeaderEnd;
            _part = PartRelay.Discarded(FrameType.Data);
        }
        else if (_phase == Phase.Data)
        {
            _part = _part.Discarding();
        }
        _phase = Phase.Discard;
        ReleaseInput(InputHold.Lane);
        ReleaseInput(InputHold.Upload);
        if (_refusedHeaderBytes == 0 && _part.IsEnded)
            EndDiscarded();
    }

    private int Discard(ReadOnlySpan<byte> bytes)
    {
        if (_refusedHeaderBytes > 0)
            return SkipRefusedHeader();
        RelayResult result = _part.Take(bytes, sink: null, out int taken);
        MessageBytes = FrameHeader.Bytes;
        if (result == RelayResult.LostPlace)
            return LosePlace();
        if (result != RelayResult.Going)
            EndDiscarded();
        return taken;
    }

    /// <summary>The header part stands at the front of what was read, whole, because it was looked at.</summary>
    private int SkipRefusedHeader()
    {
        int bytes = _refusedHeaderBytes;
        _refusedHeaderBytes = 0;
        _scan = default;
        return bytes;
    }

    private int DiscardHeader(ReadOnlySpan<byte> bytes)
    {
        RelayResult result = _part.Take(bytes, sink: null, out int taken);
        MessageBytes = FrameHeader.Bytes;
        switch (result)
        {
            case RelayResult.Ended:
                _part = PartRelay.Discarded(FrameType.Data);
                _phase = Phase.Discard;
                return taken;
            case RelayResult.Reset:
                SayGoodbye();
                return taken;
            case RelayResult.LostPlace:
                return LosePlace();
            default:
                return taken;
        }
    }

    private void EndDiscarded()
    {
        _requestEnded = true;
        if (_refusal is not null)
            SayRefusal();
        if (!_replyEnded)
            AwaitReply();
        EndCallIfDone();
    }

    private void SayRefusal()
    {
        _refusal!.WriteTo(this);
        _refusal = null;
        _replyEnded = true;
    }

    private int OnHeaderFault(FrameFault fault)
    {
        switch (fault)
        {
            case FrameFault.Reset:
                SayGoodbye();
                return 0;
            case FrameFault.HeaderTooLong:
                Refuse(FrameErrors.HeaderTooLong);
                _scan = default;
                _part = PartRelay.Discarded(FrameType.Header);
                _phase = Phase.DiscardHeader;
                return 0;
            default:
                return LosePlace();
        }
    }

    /// <summary>The source of a JSON part failed. Nothing of the request has been passed on, and the connection stays usable.</summary>
    private int OnJsonReset()
    {
        int end = _scan.At + FrameHeader.Bytes;
        _requestEnded = true;
        Refuse(FrameErrors.RequestReset);
        return end;
    }

    /// <summary>Where the next frame begins is not known any more: the last words, then the end.</summary>
    private int LosePlace()
    {
        long replyBytesPassed = _lane?.ReplyBytesPassed ?? 0, replyBytesLeft = _lane?.ReplyBytesLeft ?? 0;
        BreakLane();
        if (_replyBegun && !_replyEnded)
        {
            BreakReply(replyBytesPassed, replyBytesLeft);
            return 0;
        }
        if (!_replyEnded)
        {
            if (_refusal is null)
                Account(FrameErrors.LostPlace);
            (_refusal ?? FrameErrors.LostPlace).WriteTo(this);
        }
        SayGoodbye();
        return 0;
    }
}
