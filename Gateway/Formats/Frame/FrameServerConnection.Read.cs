using System.Runtime.CompilerServices;
using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

internal sealed partial class FrameServerConnection
{
    private enum Phase : byte
    {
        /// <summary>In the pool: the server has nothing to say.</summary>
        Idle,
        /// <summary>Waiting for the header part of the reply and, if it is small, its JSON part.</summary>
        Header,
        /// <summary>Passing the data part on as it comes.</summary>
        Data,
        /// <summary>The reply is over; the request may not be.</summary>
        Done,
    }

    private const string NotJson = "its data part is not exactly one value of valid JSON";
    private const string NotEmpty = "its data part is not empty";

    private Phase _phase;
    private MessageScanner _scan;
    private PartRelay _part;

    /// <summary>Nothing stands behind a reply, for no other request was made.</summary>
    private bool HasNothingBehind { get; set; }

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && !IsClosed && at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            int consumed = _phase switch
            {
                Phase.Header => ConsumeHeader(rest),
                Phase.Data => ConsumeData(rest),
                _ => ConsumeUnasked(rest),
            };
            if (consumed == 0)
                break;
            at += consumed;
        }
        if (at == bytes.Length && _phase == Phase.Data && !IsClosed)
            TrySplice(_call!.Caller, _part.SinkBytesLeft);
        return at;
    }

    protected override void OnSpliced(int bytes)
    {
        _call!.NoteMoved();
        if (_part.TakeSpliced(bytes, _call.Caller) == RelayResult.Ended)
            EndSplicedReply();
        else if (_part.FrameBytesLeft == 0)
            ReadHeaderOnly();
    }

    private void EndSplicedReply()
    {
        OnCallerRoom();
        EndReply(ReplyError.Ok, _part.Bytes, nothingBehind: true);
    }

    protected override void OnSpliceLost(int bytes) => _part.Lose(bytes);

    protected override void OnSinkFull() => PauseInput();

    /// <summary>Bytes without a request: the server takes its leave, or has lost its place. In both cases the connection is of no use.</summary>
    private int ConsumeUnasked(ReadOnlySpan<byte> bytes)
    {
        Abort();
        return bytes.Length;
    }

    [SkipLocalsInit]
    private int ConsumeHeader(ReadOnlySpan<byte> bytes)
    {
        if (!_requestBegun)
            return RejectReply("it came before the request");
        StopRequestIfEarly();
        FrameFault fault = _scan.ScanHeader(bytes);
        if (fault != FrameFault.None)
            return RejectReply("it does not begin with a header part");
        MessageBytes = _scan.Wanted;
        if (_scan.HeaderEnd == 0)
            return 0;
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        ReadOnlySpan<byte> json = _scan.Header(bytes, gathered);
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        if (MessageHeader.TryRead(json, text, out MessageHeader header) != MessageHeaderFault.None)
            return RejectReply("its header is not one valid JSON object with the members of a reply");
        // A first implementation writes something behind a header part as long as this, or cuts it.
        _mayBeDesynchronised |= _scan.HeaderBytes >= MessageHeader.BytesMax - 1;
        if (header.Error != ReplyError.Ok)
            return PassErrorReply(json, header.Error, bytes.Length);
        if (header.DataType != _route.ReplyBody)
            return RejectReply("its DataType is not what the route's replyBody says");
        return header.DataType == DataType.Octets ? PassOctetsHeader(json) : ConsumeWholeReply(json, bytes);
    }

    /// <summary>
    /// An error reply has no data part. With Error 2 the first implementation leaves the request's data unread and takes
    /// it for the next header; only Error 4, a handler's own error, to a JSON request says that the request was read.
    /// </summary>
    private int PassErrorReply(ReadOnlySpan<byte> json, ReplyError error, int held)
    {
        int end = _scan.HeaderEnd;
        _mayBeDesynchronised |= error != ReplyError.Undecided || _route.RequestBody == DataType.Octets || !_requestEnded;
        FrameOutput.WriteHeader(_call!.Caller, json);
        EndReply(error, bytes: 0, nothingBehind: end == held);
        return end;
    }

    private int PassOctetsHeader(ReadOnlySpan<byte> json)
    {
        int end = _scan.HeaderEnd;
        FrameOutput.WriteHeader(_call!.Caller, json);
        _call!.BeginReply();
        _part = PartRelay.Octets(long.MaxValue);
        _phase = Phase.Data;
        return end;
    }

    private int ConsumeWholeReply(ReadOnlySpan<byte> json, ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanData(bytes);
        if (fault != FrameFault.None)
            return RejectReply("a frame stands in its data part that cannot, or is too long");
        MessageBytes = _scan.Wanted;
        if (_scan.End == 0)
            return bytes.Length < FrameRequestReader.HeldBytesMax && _scan.Wanted <= FrameRequestReader.HeldBytesMax ? 0 : BeginLongReply(json);
        int end = _scan.End;
        // The scratch still holds what is being read: the few parts that came in several frames are put together elsewhere.
        ReadOnlySpan<byte> data = _scan.Data(bytes, _call!.Caller.GatherRoom);
        if (WholePart.FaultOf(data, _route.ReplyBody, refusesHeaderLike: false) != PartFault.None)
            return RejectReply(_route.ReplyBody == DataType.Json ? NotJson : NotEmpty);
        FrameOutput.WriteHeader(_call!.Caller, json);
        FrameOutput.WriteJson(_call!.Caller, data);
        EndReply(ReplyError.Ok, data.Length, nothingBehind: end == bytes.Length);
        return end;
    }

    private int BeginLongReply(ReadOnlySpan<byte> json)
    {
        if (_route.ReplyBody == DataType.None)
            return RejectReply(NotEmpty);
        int end = _scan.HeaderEnd;
        FrameOutput.WriteHeader(_call!.Caller, json);
        _call!.BeginReply();
        _part = PartRelay.Json(_route.MessageBytesMax, refusesHeaderLike: false);
        _phase = Phase.Data;
        return end;
    }

    private int ConsumeData(ReadOnlySpan<byte> bytes)
    {
        FrameCaller caller = _call!.Caller;
        RelayResult result = _part.Take(bytes, caller, out int taken);
        MessageBytes = FrameHeader.Bytes;
        Loop.Counters.BytesCopied += taken;
        _call.NoteMoved();
        switch (result)
        {
            case RelayResult.Going:
                if (caller.OutputBytes > Caller.StreamBufferBytesMax)
                    PauseInput();
                return taken;
            case RelayResult.Ended:
                EndReply(ReplyError.Ok, _part.Bytes, nothingBehind: taken == bytes.Length);
                return taken;
            case RelayResult.NotJson:
                Server.NoteBadReply(_route, NotJson);
                _loss = RejectReason.BadReply;
                Abort();
                return 0;
            default:
                // Cut by the server's own reset frame, or by nonsense: the caller must see that it is not whole.
                Abort();
                return 0;
        }
    }

    /// <summary>The caller has read on.</summary>
    public void OnCallerRoom()
    {
        if (IsInputPaused)
            ResumeInput();
    }

    private void EndReply(ReplyError error, long bytes, bool nothingBehind)
    {
        FrameCall call = _call!;
        HasNothingBehind = nothingBehind;
        _phase = Phase.Done;
        bool goesOn = !_requestEnded && !_mayBeDesynchronised;
        call.EndReply(error, bytes, requestGoesOn: goesOn);
        if (goesOn)
        {
            // It may read the rest of its request, or not.
            _mayBeDesynchronised = !Server.Backend.DrainsOctets;
            return;
        }
        _requestEnded = true;
        GiveBackWhenDone();
    }

    /// <summary>What the server says is no reply. Nothing of it has reached the caller, who gets an error reply instead.</summary>
    /// <param name="why">For the log.</param>
    private int RejectReply(string why)
    {
        Server.NoteBadReply(_route, why);
        _loss = RejectReason.BadReply;
        Abort();
        return 0;
    }
}
