using System.Text.Json;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// Reads the requests of one client of the embedded server, one after the other, and answers them: small JSON parts when they are
/// complete, octets and long JSON parts as they arrive, rejected requests after their end.
/// </summary>
internal sealed class FrameDemoReader(FrameDemoConnection client)
{
    /// <summary>A header and JSON part up to this size, including frame headers, are held until they are complete.</summary>
    private const int HeldBytesMax = 64 * 1024 + 8 * 1024;

    private Phase _phase;
    private MessageScanner _scan;
    private PartRelay _part;
    private FrameDemoRequest _request;
    /// <summary>The error reply that is sent after the end of the request.</summary>
    private FrameError? _rejection;

    private enum Phase : byte
    {
        /// <summary>Waiting for a header part and, if it is small, the data part.</summary>
        Request,
        /// <summary>Sending a data part back as it arrives.</summary>
        Echo,
        /// <summary>Counting a data part.</summary>
        Upload,
        /// <summary>Discarding the data part of a rejected request.</summary>
        Discard,
        /// <summary>Discarding a header part that is too long, and then its data part.</summary>
        DiscardHeader,
    }

    public bool IsEchoing => _phase == Phase.Echo;

    /// <summary>What the client still expects of the current frame of an echoed body.</summary>
    public long SinkBytesLeft => _part.SinkBytesLeft;

    /// <summary>How many bytes have to be there before something can be done, as far as that is known.</summary>
    public int WantedBytes { get; private set; } = FrameHeader.Bytes;

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
                Phase.Request => ConsumeRequest(bytes),
                Phase.DiscardHeader => DiscardHeader(bytes),
                _ => ConsumeData(bytes),
            };
            // A rejection may use nothing: the same bytes are then read again, to be discarded.
        }
        while (consumed == 0 && _phase != before && client.State == ConnectionState.Open);
        return consumed;
    }

    private int ConsumeRequest(ReadOnlySpan<byte> bytes)
    {
        if (_scan.HeaderEnd == 0)
        {
            FrameFault fault = _scan.ScanHeader(bytes);
            if (fault != FrameFault.None)
                return OnHeaderFault(fault);
            WantedBytes = _scan.Wanted;
            if (_scan.HeaderEnd == 0)
                return 0;
            Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
            _rejection = FrameDemoRequest.Read(_scan.Header(bytes, gathered), out _request);
        }
        if (_rejection is not null)
            return BeginData(Phase.Discard, PartRelay.Discarded(FrameType.Data));
        return _request.DataType == DataType.Octets ? BeginOctets() : ConsumeHeld(bytes);
    }

    private int OnHeaderFault(FrameFault fault)
    {
        if (fault != FrameFault.HeaderTooLong)
            return EndOnFault(fault);
        _rejection = FrameErrors.HeaderTooLong;
        return BeginData(Phase.DiscardHeader, PartRelay.Discarded(FrameType.Header));
    }

    private int BeginOctets()
    {
        if (_request.Endpoint == FrameDemoEndpoint.Upload)
            return BeginData(Phase.Upload, PartRelay.Discarded(FrameType.Data));
        FrameDemoReplies.WriteHeader(client, DataType.Octets);
        return BeginData(Phase.Echo, PartRelay.Octets(long.MaxValue));
    }

    private int ConsumeHeld(ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanData(bytes);
        if (fault != FrameFault.None)
            return EndOnFault(fault);
        WantedBytes = _scan.Wanted;
        if (_scan.End == 0)
            return bytes.Length < HeldBytesMax && _scan.Wanted <= HeldBytesMax ? 0 : BeginLong();

        int end = _scan.End;
        if (end - _scan.HeaderEnd == FrameHeader.Bytes + _scan.DataBytes)
        {
            Answer(_scan.Data(bytes, []));
            return end;
        }
        if (!client.Loop.Blocks.TryRent(_scan.DataBytes, out Block gathered))
        {
            client.Loop.NoteBufferRefused();
            client.Abort();
            return bytes.Length;
        }
        Answer(_scan.Data(bytes, gathered.Span));
        BufferPool.Return(ref gathered);
        return end;
    }

    /// <summary>A data part too long to be held: JSON is sent back as it arrives, everything else is rejected.</summary>
    private int BeginLong()
    {
        _rejection = _request.DataType == DataType.None ? FrameDemoReplies.NoneIsEmpty
            : _request.Endpoint == FrameDemoEndpoint.Stream ? FrameDemoReplies.StreamTakesJson
            : null;
        if (_rejection is not null)
            return BeginData(Phase.Discard, PartRelay.Discarded(FrameType.Data));
        FrameDemoReplies.WriteHeader(client, DataType.Json);
        return BeginData(Phase.Echo, PartRelay.Json(long.MaxValue, refusesHeaderLike: false));
    }

    /// <summary>Uses the header part; what follows is taken as it arrives.</summary>
    private int BeginData(Phase phase, PartRelay part)
    {
        int headerEnd = _scan.HeaderEnd;
        _phase = phase;
        _part = part;
        _scan = default;
        WantedBytes = FrameHeader.Bytes;
        return headerEnd;
    }

    private int ConsumeData(ReadOnlySpan<byte> bytes)
    {
        switch (_part.Take(bytes, client, out int taken))
        {
            case RelayResult.More:
                break;
            case RelayResult.Ended:
                OnDataEnded();
                break;
            case RelayResult.Desynchronised when _phase != Phase.Echo:
                EndOnFault(FrameFault.WrongType);
                break;
            default:
                // The reply has begun, so that an error reply has no place any more; a reset frame is answered with one.
                FrameOutput.Break(client, _part.SinkBytesLeft);
                break;
        }
        return taken;
    }

    private int DiscardHeader(ReadOnlySpan<byte> bytes)
    {
        switch (_part.Take(bytes, sink: null, out int taken))
        {
            case RelayResult.More:
                break;
            case RelayResult.Ended:
                _part = PartRelay.Discarded(FrameType.Data);
                _phase = Phase.Discard;
                break;
            case RelayResult.Reset:
                client.SendResetFrame();
                break;
            default:
                EndOnFault(FrameFault.WrongType);
                break;
        }
        return taken;
    }

    private void Answer(ReadOnlySpan<byte> data)
    {
        EndRequest();
        if (_request.DataType == DataType.None)
            AnswerNone(data);
        else if (WholePart.FaultOf(data, DataType.Json, refusesHeaderLike: false) != PartFault.None)
            FrameErrors.NotJson.WriteTo(client);
        else if (_request.Endpoint == FrameDemoEndpoint.Stream)
            AnswerStream(data);
        else
            FrameDemoReplies.WriteJson(client, data);
    }

    private void AnswerNone(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            FrameDemoReplies.WriteNone(client);
        else
            FrameDemoReplies.NoneIsEmpty.WriteTo(client);
    }

    private void AnswerStream(ReadOnlySpan<byte> json)
    {
        if (!TryReadBytes(json, out long bytes))
        {
            FrameDemoReplies.StreamTakesJson.WriteTo(client);
            return;
        }
        FrameDemoReplies.WriteHeader(client, DataType.Octets);
        client.BeginStream(bytes);
    }

    private static bool TryReadBytes(ReadOnlySpan<byte> json, out long bytes)
    {
        bytes = -1;
        try
        {
            bytes = JsonSerializer.Deserialize(json, DemoJsonContext.Default.DemoBytes)?.Bytes ?? -1;
        }
        catch (JsonException)
        {
            // The client's mistake, answered like a negative number.
        }
        return bytes >= 0;
    }

    /// <summary>A data part that was taken as it arrived is over.</summary>
    private void OnDataEnded()
    {
        Phase ended = _phase;
        FrameError? rejection = _rejection;
        EndRequest();
        if (ended == Phase.Discard)
            rejection!.WriteTo(client);
        else if (ended == Phase.Upload)
            FrameDemoReplies.WriteJson(client, DemoBytes.Json(_part.Bytes));
    }

    /// <summary>A reset frame, or a frame behind which the start of the next one is unknown.</summary>
    private int EndOnFault(FrameFault fault)
    {
        if (fault != FrameFault.Reset)
            (_rejection ?? FrameErrors.Desynchronised).WriteTo(client);
        client.SendResetFrame();
        return 0;
    }

    /// <summary>The request was read; the next one may have arrived already.</summary>
    private void EndRequest()
    {
        _phase = Phase.Request;
        _scan = default;
        _rejection = null;
        WantedBytes = FrameHeader.Bytes;
    }
}
