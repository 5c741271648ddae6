using System.Runtime.CompilerServices;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// Reads the requests of one caller, one after the other: the header part, then the data part, which is held until it is complete, passed
/// on as it arrives, or discarded.
/// </summary>
internal sealed class FrameRequestReader(FrameCaller caller, FrameCall call, Block gather)
{
    /// <summary>
    /// Header and JSON part up to this size, including frame headers, are held and leave in one write. Longer ones are passed on as they
    /// arrive.
    /// </summary>
    public const int HeldBytesMax = 64 * 1024 + 8 * 1024;

    /// <summary>A caller that sends small pieces without a pause does not hold back the beginning of its stream for longer than this.</summary>
    private const int StreamBeginningMsMax = 1_000;

    private Phase _phase;
    private MessageScanner _scan;
    private PartRelay _part;
    private OctetsBeginning _beginning;
    private Body _accepted;
    private int _rejectedHeaderBytes;
    private bool _isHarmless;
    private bool _isEnough;
    private long _beganMs;
    private long _discardedBytes;

    private enum Phase : byte
    {
        /// <summary>Waiting for the header part.</summary>
        Header,
        /// <summary>Waiting for the part of the data that has to be checked.</summary>
        Body,
        /// <summary>The request is accepted and waits for a connection.</summary>
        Accepted,
        /// <summary>Passing the data part on as it arrives.</summary>
        Data,
        /// <summary>Discarding the data part, so that it cannot be read as the next request.</summary>
        Discard,
        /// <summary>Discarding a header part that is too long, and then its data part.</summary>
        DiscardHeader,
        /// <summary>The request is over; the next one waits until the reply is complete.</summary>
        Done,
    }

    /// <summary>How the data part of an accepted request is sent.</summary>
    private enum Body : byte
    {
        /// <summary>Octets, as they arrive.</summary>
        Octets,
        /// <summary>JSON or nothing, in one write.</summary>
        Whole,
        /// <summary>JSON that is too long to be held, as it arrives.</summary>
        LongJson,
    }

    /// <summary>Between two requests.</summary>
    public bool IsIdle => _phase == Phase.Header && call.State == FrameCallState.Idle;

    /// <summary>How many bytes have to be there before something can be done, as far as that is known.</summary>
    public int WantedBytes { get; private set; } = FrameHeader.Bytes;

    /// <summary>What may be spliced to the server before the next frame header; 0 where nothing may.</summary>
    public long SpliceBytes => _phase == Phase.Data ? _part.SinkBytesLeft : 0;

    /// <summary>What the server still expects of the current frame.</summary>
    public long SinkBytesLeft => _part.SinkBytesLeft;

    /// <summary>The length of a whole request that waits for a connection; 0 where none does.</summary>
    public int HeldRequestBytes => _phase == Phase.Accepted ? _scan.End : 0;

    /// <summary>What is missing after a read that left this much.</summary>
    public Awaited Awaits(int bytesLeft) => _phase switch
    {
        Phase.Header when bytesLeft > 0 => Awaited.Request,
        Phase.Body => _isHarmless ? Awaited.MoreOfStream : Awaited.Request,
        Phase.Discard or Phase.DiscardHeader when call.AwaitsRest => Awaited.Rest,
        _ => Awaited.Nothing,
    };

    /// <summary>The caller has paused: what is there of its stream is enough.</summary>
    /// <returns>False where nothing waits for more.</returns>
    public bool StopWaitingForMore()
    {
        _isEnough = _phase == Phase.Body;
        return _isEnough;
    }

    /// <summary>Looks for a reset frame behind a whole request that waits for a connection: its caller has left.</summary>
    public void LookBehind(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> behind = bytes[Math.Min(bytes.Length, HeldRequestBytes)..];
        if (HeldRequestBytes > 0 && behind.Length >= FrameHeader.Bytes && FrameHeader.Read(behind) is { Type: FrameType.Reset, IsValid: true })
            caller.LeaveUnserved();
    }

    /// <summary>Nothing of a request is sent to a server before it is accepted.</summary>
    /// <returns>How many bytes were used; 0 where more are needed.</returns>
    public int Consume(ReadOnlySpan<byte> bytes)
    {
        Phase before;
        int consumed;
        do
        {
            before = _phase;
            consumed = before switch
            {
                Phase.Header => ConsumeHeader(bytes),
                Phase.Body => ConsumeBody(bytes),
                Phase.Accepted => Send(bytes),
                Phase.Data => ConsumeData(bytes),
                Phase.Discard => ConsumeDiscarded(bytes),
                Phase.DiscardHeader => ConsumeDiscardedHeader(bytes),
                _ => throw new InvalidOperationException("a request is read while the one before it waits for its reply"),
            };
            // The same bytes are read again in the new phase at once, because it is not certain that more will arrive.
        }
        while (consumed == 0 && _phase != before && _phase != Phase.Accepted && !caller.IsInputPaused && caller.State == ConnectionState.Open);
        return consumed;
    }

    /// <summary>This many bytes of the data part have reached the server inside the kernel.</summary>
    /// <returns>True where a frame ended and the next frame header follows.</returns>
    public bool TakeSpliced(int bytes)
    {
        call.NoteMoved();
        if (_part.TakeSpliced(bytes, call.Connection!) == RelayResult.Ended)
            EndRequest();
        return _phase == Phase.Data && _part.FrameBytesLeft == 0;
    }

    /// <summary>This many bytes of the data part were received, and did not reach the server.</summary>
    public void LoseSpliced(int bytes)
    {
        _part.Lose(bytes);
        if (_phase == Phase.Discard && _part.IsEnded)
            EndRequest();
    }

    /// <summary>A data part that is passed on as it arrives is counted when that ends, complete or not.</summary>
    public void CountPassed()
    {
        if (_phase == Phase.Data)
            call.RequestBytes = _part.BytesPassed;
    }

    /// <summary>Discards the rest of the request, of both parts.</summary>
    public void Discard()
    {
        if (_phase is Phase.Discard or Phase.DiscardHeader)
            return;
        CountPassed();
        caller.StopSplicing();
        if (_phase == Phase.Data)
        {
            _part = _part.Discarding();
        }
        else
        {
            _rejectedHeaderBytes = _scan.HeaderEnd;
            _part = PartRelay.Discarded(FrameType.Data);
        }
        _phase = Phase.Discard;
        caller.Release(InputHold.ServerConnection);
        caller.Release(InputHold.Upload);
        if (_rejectedHeaderBytes == 0 && _part.IsEnded)
            EndRequest();
    }

    public void Reset()
    {
        _phase = Phase.Header;
        _scan = default;
        _beginning = default;
        _isHarmless = false;
        _isEnough = false;
        _discardedBytes = 0;
        WantedBytes = FrameHeader.Bytes;
    }

    /// <remarks>
    /// The room for a header is not cleared, here and below: 4 KiB of zeros for each header of a hundred bytes took a sixth of a frame
    /// call's time outside the kernel.
    /// </remarks>
    [SkipLocalsInit]
    private int ConsumeHeader(ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanHeader(bytes);
        if (fault != FrameFault.None)
            return OnHeaderFault(fault);
        WantedBytes = _scan.Wanted;
        if (_scan.HeaderEnd == 0)
            return 0;
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        if (caller.Route(_scan.Header(bytes, gathered)))
            _phase = Phase.Body;
        return 0;
    }

    private int OnHeaderFault(FrameFault fault)
    {
        switch (fault)
        {
            case FrameFault.Reset:
                caller.SendResetFrame();
                break;
            case FrameFault.HeaderTooLong:
                call.Reject(FrameErrors.HeaderTooLong);
                _scan = default;
                _part = PartRelay.Discarded(FrameType.Header);
                _phase = Phase.DiscardHeader;
                break;
            default:
                caller.Desynchronise();
                break;
        }
        return 0;
    }

    private int ConsumeBody(ReadOnlySpan<byte> bytes) =>
        call.Route!.Policy.RequestBody == DataType.Octets ? ConsumeOctets(bytes) : ConsumeHeld(bytes);

    /// <summary>Octets are not sent before their beginning is known not to look like a header.</summary>
    private int ConsumeOctets(ReadOnlySpan<byte> bytes)
    {
        if (_isHarmless)
            return AcceptIfEnough(bytes);
        switch (call.Route!.Policy.RefusesHeaderLikeBodies ? _beginning.Look(bytes[_scan.HeaderEnd..]) : OctetsVerdict.Harmless)
        {
            case OctetsVerdict.Harmless:
                _isHarmless = true;
                _beganMs = caller.Loop.NowMs;
                return AcceptIfEnough(bytes);
            case OctetsVerdict.HeaderLike:
                call.Reject(FrameErrors.Of(PartFault.HeaderLike));
                return 0;
            default:
                WantedBytes = bytes.Length + MessageHeader.BytesMax;
                return 0;
        }
    }

    /// <summary>
    /// Octets take a connection when 64 KiB of them are there, or all of them; or when the caller pauses, because it may wait for a reply to what it
    /// has sent. A fault in their frames ends the wait, too: the relay reports it.
    /// </summary>
    private int AcceptIfEnough(ReadOnlySpan<byte> bytes)
    {
        bool isScanned = _scan.ScanData(bytes) != FrameFault.None || _scan.End > 0;
        _isEnough |= isScanned || bytes.Length >= _scan.HeaderEnd + Caller.StreamBeginningBytes
            || caller.Loop.NowMs - _beganMs >= StreamBeginningMsMax;
        if (_isEnough)
            return Accept(Body.Octets, bytes);
        WantedBytes = _scan.HeaderEnd + Caller.StreamBeginningBytes;
        return 0;
    }

    /// <summary>JSON, or nothing: held until it is complete, unless it is long.</summary>
    private int ConsumeHeld(ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanData(bytes);
        if (fault == FrameFault.Reset)
            return OnJsonReset();
        if (fault != FrameFault.None)
            return caller.Desynchronise();
        WantedBytes = _scan.Wanted;
        // Includes the announced length of the current frame, so that a request is rejected before its payload arrives.
        int announcedBytes = Math.Max(0, _scan.Wanted - _scan.At - FrameHeader.Bytes);
        if (_scan.DataBytes + announcedBytes > call.Route!.Policy.MessageBytesMax)
            return Reject(FrameErrors.Of(RejectReason.TooLarge));
        if (_scan.End == 0 && bytes.Length < HeldBytesMax && _scan.Wanted <= HeldBytesMax)
            return 0;
        PartFault partFault = _scan.End > 0 ? WholePart.FaultOf(Data(bytes), call.Route.Policy.RequestBody, call.Route.Policy.RefusesHeaderLikeBodies)
            : call.Route.Policy.RequestBody == DataType.None ? PartFault.NotEmpty
            : PartFault.None;
        if (partFault != PartFault.None)
            return Reject(FrameErrors.Of(partFault));
        return Accept(_scan.End > 0 ? Body.Whole : Body.LongJson, bytes);
    }

    /// <summary>The caller aborted a JSON part with a reset frame. None of it has been passed on, so the connection stays usable.</summary>
    private int OnJsonReset()
    {
        int end = _scan.At + FrameHeader.Bytes;
        call.RejectReset();
        return end;
    }

    private int Reject(FrameError error)
    {
        call.Reject(error);
        return 0;
    }

    /// <summary>The request is checked, and is sent as soon as there is a connection.</summary>
    private int Accept(Body body, ReadOnlySpan<byte> bytes)
    {
        _accepted = body;
        _phase = Phase.Accepted;
        if (call.Acquire(isStreamed: body != Body.Whole))
            return Send(bytes);
        if (_phase == Phase.Accepted)
        {
            caller.Hold(InputHold.ServerConnection);
            LookBehind(bytes);
        }
        return 0;
    }

    [SkipLocalsInit]
    private int Send(ReadOnlySpan<byte> bytes)
    {
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        FrameServerConnection connection = call.Connection!;
        connection.BeginRequest(_scan.Header(bytes, gathered));
        if (_accepted == Body.Whole)
            return SendWhole(connection, bytes);
        Route route = call.Route!.Policy;
        _part = _accepted == Body.Octets ? PartRelay.Octets(route.OctetsBytesMax) : PartRelay.Json(route.MessageBytesMax, route.RefusesHeaderLikeBodies);
        _phase = Phase.Data;
        call.BeginSending();
        return TakeHeader();
    }

    private int SendWhole(FrameServerConnection connection, ReadOnlySpan<byte> bytes)
    {
        int end = _scan.End;
        ReadOnlySpan<byte> data = Data(bytes);
        call.RequestBytes = data.Length;
        FrameOutput.WriteJson(connection, data);
        EndRequest();
        return end;
    }

    private ReadOnlySpan<byte> Data(ReadOnlySpan<byte> bytes) => _scan.Data(bytes, gather.Span);

    private int ConsumeData(ReadOnlySpan<byte> bytes)
    {
        FrameServerConnection connection = call.Connection!;
        RelayResult result = _part.Take(bytes, connection, out int taken);
        WantedBytes = FrameHeader.Bytes;
        caller.Loop.Counters.BytesCopied += taken;
        call.NoteMoved();
        switch (result)
        {
            case RelayResult.More:
                if (connection.OutputBytes > Caller.StreamBufferBytesMax)
                    caller.Hold(InputHold.Upload);
                return taken;
            case RelayResult.Ended:
                EndRequest();
                return taken;
            case RelayResult.Reset:
                // The caller aborted the request. The server gets its reset frame, and answers (the first implementation with Error 4).
                connection.Write(FrameHeader.Reset);
                connection.ForbidReuse();
                EndRequest();
                return taken;
            case RelayResult.Desynchronised:
                call.BreakConnection();
                return caller.Desynchronise();
            default:
                // The server gets an incomplete part, and nothing from the fault on.
                call.FailRequest(ErrorOf(result));
                return taken;
        }
    }

    private static FrameError ErrorOf(RelayResult result) => result switch
    {
        RelayResult.TooLarge => FrameErrors.Of(RejectReason.TooLarge),
        RelayResult.HeaderLike => FrameErrors.Of(PartFault.HeaderLike),
        _ => FrameErrors.NotJson,
    };

    private int ConsumeDiscarded(ReadOnlySpan<byte> bytes)
    {
        if (_rejectedHeaderBytes > 0)
            return SkipRejectedHeader();
        RelayResult result = _part.Take(bytes, sink: null, out int taken);
        WantedBytes = FrameHeader.Bytes;
        if (result == RelayResult.Desynchronised)
            return caller.Desynchronise();
        if (result != RelayResult.More)
            EndRequest();
        else
            CountDiscarded(taken);
        return taken;
    }

    /// <summary>A server that has not answered yet may need the time; the end of its reply begins the count.</summary>
    private void CountDiscarded(int bytes)
    {
        if (!call.AwaitsRest)
            return;
        _discardedBytes += bytes;
        if (_discardedBytes > Caller.RestBytesMax)
            caller.OnRestTooLong();
    }

    private int ConsumeDiscardedHeader(ReadOnlySpan<byte> bytes)
    {
        RelayResult result = _part.Take(bytes, sink: null, out int taken);
        WantedBytes = FrameHeader.Bytes;
        switch (result)
        {
            case RelayResult.Ended:
                _part = PartRelay.Discarded(FrameType.Data);
                _phase = Phase.Discard;
                return taken;
            case RelayResult.Reset:
                caller.SendResetFrame();
                return taken;
            case RelayResult.Desynchronised:
                return caller.Desynchronise();
            default:
                CountDiscarded(taken);
                return taken;
        }
    }

    /// <summary>The complete header part is at the front of the bytes, because it was read before the request was rejected.</summary>
    private int SkipRejectedHeader()
    {
        int bytes = _rejectedHeaderBytes;
        _rejectedHeaderBytes = 0;
        _scan = default;
        return bytes;
    }

    /// <summary>Uses the header part; the data part follows.</summary>
    private int TakeHeader()
    {
        int end = _scan.HeaderEnd;
        _scan = default;
        WantedBytes = FrameHeader.Bytes;
        return end;
    }

    /// <summary>The next request is not read before the reply to this one is complete.</summary>
    private void EndRequest()
    {
        CountPassed();
        _phase = Phase.Done;
        caller.Hold(InputHold.Turn);
        caller.Release(InputHold.Upload);
        call.EndRequest();
    }
}
