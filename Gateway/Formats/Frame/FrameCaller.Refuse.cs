using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// Calls that the gateway answers itself. The error reply comes after the request has been read away: a first
/// implementation would otherwise go on sending data into a connection that takes it for the next request.
/// </summary>
internal sealed partial class FrameCaller
{
    /// <summary>The error reply that waits for the end of its request.</summary>
    private FrameError? _rejection;
    private int _refusedHeaderBytes;

    private void Reject(RejectReason why) => Reject(FrameErrors.Of(why));

    private void Reject(FrameError error)
    {
        Account(error);
        Loop.Timers.Disarm(_timer);
        _connection = null;
        _rejection = error;
        if (_requestEnded)
            SendRejection();
        else
            DiscardRest();
        EndCallIfDone();
    }

    /// <summary>What was refused before its route was known never became a call until now.</summary>
    private void Account(FrameError error)
    {
        Context.NoteRejected(error.Why);
        if (!_entry.IsOpen)
            _entry.Begin(Ledger.Unrouted, Loop.NowUs);
        _entry.Status = FrameStatuses.Of(error.Code);
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
        ReleaseInput(InputHold.ServerConnection);
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
        if (result == RelayResult.Desynchronised)
            return Desynchronise();
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
                SendResetFrame();
                return taken;
            case RelayResult.Desynchronised:
                return Desynchronise();
            default:
                return taken;
        }
    }

    private void EndDiscarded()
    {
        _requestEnded = true;
        if (_rejection is not null)
            SendRejection();
        if (!_replyEnded)
            AwaitReply();
        EndCallIfDone();
    }

    private void SendRejection()
    {
        _rejection!.WriteTo(this);
        _rejection = null;
        _replyEnded = true;
    }

    private int OnHeaderFault(FrameFault fault)
    {
        switch (fault)
        {
            case FrameFault.Reset:
                SendResetFrame();
                return 0;
            case FrameFault.HeaderTooLong:
                Reject(FrameErrors.HeaderTooLong);
                _scan = default;
                _part = PartRelay.Discarded(FrameType.Header);
                _phase = Phase.DiscardHeader;
                return 0;
            default:
                return Desynchronise();
        }
    }

    /// <summary>The source of a JSON part failed. Nothing of the request has been passed on, and the connection stays usable.</summary>
    private int OnJsonReset()
    {
        int end = _scan.At + FrameHeader.Bytes;
        _requestEnded = true;
        Reject(FrameErrors.RequestReset);
        return end;
    }

    /// <summary>Where the next frame begins is not known any more: the last words, then the end.</summary>
    private int Desynchronise()
    {
        long replyBytesPassed = _connection?.ReplyBytesPassed ?? 0, replyBytesLeft = _connection?.ReplyBytesLeft ?? 0;
        BreakConnection();
        if (_replyBegun && !_replyEnded)
        {
            BreakReply(replyBytesPassed, replyBytesLeft);
            return 0;
        }
        if (!_replyEnded)
        {
            if (_rejection is null)
                Account(FrameErrors.Desynchronised);
            (_rejection ?? FrameErrors.Desynchronised).WriteTo(this);
        }
        SendResetFrame();
        return 0;
    }
}
