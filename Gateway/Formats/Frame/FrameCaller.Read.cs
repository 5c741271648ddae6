using System.Runtime.CompilerServices;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Formats.Frame;

internal sealed partial class FrameCaller
{
    private enum Phase : byte
    {
        /// <summary>Waiting for the header part and, if it is small, the JSON part; then for a connection.</summary>
        Request,
        /// <summary>Passing the data part on as it comes.</summary>
        Data,
        /// <summary>Reading the data part away, so that an error reply is not followed by bytes that look like a request.</summary>
        Discard,
        /// <summary>Reading away a header part that is too long, and then its data part.</summary>
        DiscardHeader,
        /// <summary>The request is over; the next one waits for the reply.</summary>
        Reply,
    }

    private Phase _phase;
    private MessageScanner _scan;
    private PartRelay _part;
    private OctetsBeginning _beginning;

    /// <summary>The connection has taken what was written.</summary>
    public void OnServerRoom() => ReleaseInput(InputHold.Upload);

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            Phase before = _phase;
            int consumed = before switch
            {
                Phase.Request => ConsumeRequest(rest),
                Phase.Data => ConsumeData(rest),
                Phase.Discard => Discard(rest),
                Phase.DiscardHeader => DiscardHeader(rest),
                _ => throw new InvalidOperationException("a request is read while the one before it waits for its reply"),
            };
            // A header that is too long consumes nothing yet, and is read again as something to be discarded. It may be all there:
            // then nothing more comes that would go on with it.
            if (consumed == 0 && _phase == before)
                break;
            at += consumed;
        }
        if (at == bytes.Length && _phase == Phase.Data)
            TrySplice(_connection!, _part.SinkBytesLeft);
        if (Context.IsDraining && at == bytes.Length && _phase == Phase.Request && _route is null)
            SendResetFrame();
        return at;
    }

    protected override void OnSpliced(int bytes)
    {
        NoteMoved();
        if (_part.TakeSpliced(bytes, _connection!) == RelayResult.Ended)
            EndRequest();
        else if (_part.FrameBytesLeft == 0)
            ReadHeaderOnly();
    }

    protected override void OnSinkFull() => HoldInput(InputHold.Upload);

    protected override void OnSpliceLost(int bytes)
    {
        _part.Lose(bytes);
        if (_phase == Phase.Discard && _part.IsEnded)
            EndDiscarded();
    }

    /// <remarks>Without clearing the room for a header, here and below: 4 KiB of zeros for each of a hundred bytes took a sixth of a frame call's time outside the kernel.</remarks>
    [SkipLocalsInit]
    private int ConsumeRequest(ReadOnlySpan<byte> bytes)
    {
        if (_scan.HeaderEnd == 0)
        {
            FrameFault fault = _scan.ScanHeader(bytes);
            if (fault != FrameFault.None)
                return OnHeaderFault(fault);
            MessageBytes = _scan.Wanted;
            if (_scan.HeaderEnd == 0)
                return 0;
        }
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        ReadOnlySpan<byte> json = _scan.Header(bytes, gathered);
        if (_route is null && !TryRoute(json))
            return SkipRefusedHeader();
        return _route!.Policy.RequestBody == DataType.Octets ? ConsumeOctets(json, bytes) : ConsumeHeld(json, bytes);
    }

    /// <summary>Reads the header once and finds its route. False when the request was refused.</summary>
    [SkipLocalsInit]
    private bool TryRoute(ReadOnlySpan<byte> json)
    {
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        MessageHeaderFault fault = MessageHeader.TryRead(json, text, out MessageHeader header);
        if (fault != MessageHeaderFault.None)
        {
            Reject(FrameErrors.Of(fault));
            return false;
        }
        if (FindRoute(header.Endpoint) is not { } route)
        {
            Reject(FrameErrors.NoRoute(header.Endpoint));
            return false;
        }
        _entry.Begin(route.TallyIn(Ledger), Loop.NowUs);
        if (Context.IsDraining)
        {
            Reject(RejectReason.Draining);
            return false;
        }
        if (FrameErrors.OfTypes(header, route.Policy) is { } wrong)
        {
            Reject(wrong);
            return false;
        }
        _route = route;
        return true;
    }

    /// <summary>The name is compared, too: a CRC-32 is easily forged.</summary>
    private RouteState? FindRoute(ReadOnlySpan<byte> endpoint) =>
        Context.Routes.Find(RequestId.ForEndpoint(endpoint).Value) is { } route && route.Format == WireFormat.Frame && endpoint.SequenceEqual(route.Policy.Endpoint) ? route : null;

    /// <summary>A server sees nothing of octets before their beginning has shown that it is no header.</summary>
    private int ConsumeOctets(ReadOnlySpan<byte> json, ReadOnlySpan<byte> bytes)
    {
        OctetsVerdict verdict = _route!.Policy.RefusesHeaderLikeBodies ? _beginning.Look(bytes[_scan.HeaderEnd..]) : OctetsVerdict.Harmless;
        switch (verdict)
        {
            case OctetsVerdict.Harmless:
                return BeginOctets(json);
            case OctetsVerdict.HeaderLike:
                Reject(FrameErrors.Of(PartFault.HeaderLike));
                return SkipRefusedHeader();
            default:
                // It waits for its caller without a connection, for as long as its route allows.
                MessageBytes = bytes.Length + MessageHeader.BytesMax;
                NoteMoved();
                ArmTimer();
                return 0;
        }
    }

    /// <summary>Octets are a stream: they are passed on as they come.</summary>
    private int BeginOctets(ReadOnlySpan<byte> json)
    {
        if (_connection is null && !AcquireConnection())
            return _phase == Phase.Request ? 0 : SkipRefusedHeader();
        _connection!.BeginRequest(json);
        _part = PartRelay.Octets(_route!.Policy.OctetsBytesMax);
        _phase = Phase.Data;
        return TakeHeader();
    }

    /// <summary>JSON, or nothing: held until it is whole, unless it is long.</summary>
    private int ConsumeHeld(ReadOnlySpan<byte> json, ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanData(bytes);
        if (fault == FrameFault.Reset)
            return OnJsonReset();
        if (fault != FrameFault.None)
            return Desynchronise();
        MessageBytes = _scan.Wanted;
        // With what the frame that has begun announces, so that a promise alone is enough to be refused.
        int announcedBytes = Math.Max(0, _scan.Wanted - _scan.At - FrameHeader.Bytes);
        if (_scan.DataBytes + announcedBytes > _route!.Policy.MessageBytesMax)
        {
            Reject(RejectReason.TooLarge);
            return SkipRefusedHeader();
        }
        if (_scan.End == 0)
            return bytes.Length < HeldBytesMax && _scan.Wanted <= HeldBytesMax ? 0 : BeginLongJson(json);

        ReadOnlySpan<byte> data = _scan.Data(bytes, GatherRoom);
        PartFault partFault = WholePart.FaultOf(data, _route.Policy.RequestBody, _route.Policy.RefusesHeaderLikeBodies);
        if (partFault != PartFault.None)
        {
            Reject(FrameErrors.Of(partFault));
            return SkipRefusedHeader();
        }
        if (_connection is null && !AcquireConnection())
            return _phase == Phase.Request ? 0 : SkipRefusedHeader();
        int end = _scan.End;
        _entry.RequestBytes = data.Length;
        _connection!.BeginRequest(json);
        FrameOutput.WriteJson(_connection!, data);
        EndRequest();
        return end;
    }

    private int BeginLongJson(ReadOnlySpan<byte> json)
    {
        if (_route!.Policy.RequestBody == DataType.None)
        {
            Reject(FrameErrors.Of(PartFault.NotEmpty));
            return SkipRefusedHeader();
        }
        if (_connection is null && !AcquireConnection())
            return _phase == Phase.Request ? 0 : SkipRefusedHeader();
        _connection!.BeginRequest(json);
        _part = PartRelay.Json(_route.Policy.MessageBytesMax, _route.Policy.RefusesHeaderLikeBodies);
        _phase = Phase.Data;
        return TakeHeader();
    }

    /// <summary>Asks for a connection; true when there is one at once. The request stays where it is until there is.</summary>
    private bool AcquireConnection()
    {
        NoteMoved();
        ArmTimer();
        _route!.Backend.Acquire(_connectionRequest);
        if (_connection is null && _phase == Phase.Request)
            HoldInput(InputHold.ServerConnection);
        return _connection is not null;
    }

    private int ConsumeData(ReadOnlySpan<byte> bytes)
    {
        FrameServerConnection connection = _connection!;
        RelayResult result = _part.Take(bytes, connection, out int taken);
        MessageBytes = FrameHeader.Bytes;
        Loop.Counters.BytesCopied += taken;
        NoteMoved();
        switch (result)
        {
            case RelayResult.Going:
                if (connection.OutputBytes > StreamBufferBytesMax)
                    HoldInput(InputHold.Upload);
                return taken;
            case RelayResult.Ended:
                EndRequest();
                return taken;
            case RelayResult.Reset:
                // The source failed. The server is told, and its answer, Error 4 of a first implementation, is the reply.
                connection.Write(FrameHeader.Reset);
                connection.NoteRequestBroken();
                EndRequest();
                return taken;
            case RelayResult.Desynchronised:
                BreakConnection();
                return Desynchronise();
            default:
                // The server sees a part that was broken off, and nothing of it from the fault on.
                BreakConnection();
                Reject(ErrorOf(result));
                return taken;
        }
    }

    private static FrameError ErrorOf(RelayResult result) => result switch
    {
        RelayResult.TooLarge => FrameErrors.Of(RejectReason.TooLarge),
        RelayResult.HeaderLike => FrameErrors.Of(PartFault.HeaderLike),
        _ => FrameErrors.NotJson,
    };

    /// <summary>What is passed on as it comes is counted when that is over, one way or the other.</summary>
    private void NoteRequestPassed()
    {
        if (_phase == Phase.Data)
            _entry.RequestBytes = _part.BytesPassed;
    }

    /// <summary>The header part is used, whether passed on or refused; its data part comes next.</summary>
    private int TakeHeader()
    {
        int end = _scan.HeaderEnd;
        _scan = default;
        return end;
    }

    private void EndRequest()
    {
        NoteRequestPassed();
        _requestEnded = true;
        AwaitReply();
        ReleaseInput(InputHold.Upload);
        _connection?.EndRequest();
        EndCallIfDone();
    }

    /// <summary>The next request is not looked at before this one has its reply.</summary>
    private void AwaitReply()
    {
        _phase = Phase.Reply;
        HoldInput(InputHold.Turn);
    }
}
