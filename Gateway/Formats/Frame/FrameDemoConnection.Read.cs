using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

internal sealed partial class FrameDemoConnection
{
    /// <summary>A header and JSON part up to this size, frames and all, are held until they are whole.</summary>
    private const int HeldBytesMax = 64 * 1024 + 8 * 1024;

    private enum Endpoint : byte
    {
        Unknown,
        Echo,
        Stream,
        Upload,
    }

    private MessageScanner _scan;
    private PartRelay _part;
    private Endpoint _endpoint;
    private DataType _dataType;

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length)
        {
            Phase before = _phase;
            int consumed = before switch
            {
                Phase.Request => ConsumeRequest(bytes[at..]),
                Phase.DiscardHeader => DiscardHeader(bytes[at..]),
                _ => ConsumeData(bytes[at..]),
            };
            // A refusal may consume nothing: what was read before it is read again as something to be discarded.
            if (consumed == 0 && _phase == before)
                break;
            at += consumed;
            if (OutputBytes > OutputBytesMax)
                PauseInput();
        }
        return at;
    }

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
            ReadHeader(bytes);
        }
        if (_rejection is not null)
            return BeginData(Phase.Discard, PartRelay.Discarded(FrameType.Data));
        return _dataType == DataType.Octets ? BeginOctets() : ConsumeHeld(bytes);
    }

    private void ReadHeader(ReadOnlySpan<byte> bytes)
    {
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        MessageHeaderFault fault = MessageHeader.TryRead(_scan.Header(bytes, gathered), text, out MessageHeader header);
        _dataType = header.DataType;
        _endpoint = header.Endpoint.SequenceEqual("Echo"u8) || header.Endpoint.SequenceEqual("EchoOctets"u8) ? Endpoint.Echo
            : header.Endpoint.SequenceEqual("Stream"u8) ? Endpoint.Stream
            : header.Endpoint.SequenceEqual("Upload"u8) ? Endpoint.Upload
            : Endpoint.Unknown;
        _rejection = fault != MessageHeaderFault.None ? FrameErrors.Of(fault)
            : _dataType is not (DataType.None or DataType.Json or DataType.Octets) ? FrameErrors.UnknownDataType
            : _endpoint == Endpoint.Unknown ? UnknownEndpoint
            : _endpoint == Endpoint.Stream && _dataType != DataType.Json ? StreamTakesJson
            : _endpoint == Endpoint.Upload && _dataType != DataType.Octets ? UploadTakesOctets
            : null;
    }

    private int BeginOctets()
    {
        if (_endpoint == Endpoint.Upload)
            return BeginData(Phase.Upload, PartRelay.Discarded(FrameType.Data));
        FrameOutput.WriteHeader(this, OkHeader(DataType.Octets));
        return BeginData(Phase.Echo, PartRelay.Octets(long.MaxValue));
    }

    private int ConsumeHeld(ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanData(bytes);
        if (fault != FrameFault.None)
            return EndOnFault(fault);
        MessageBytes = _scan.Wanted;
        if (_scan.End == 0)
            return bytes.Length < HeldBytesMax && _scan.Wanted <= HeldBytesMax ? 0 : BeginLong();

        int end = _scan.End;
        if (end - _scan.HeaderEnd == FrameHeader.Bytes + _scan.DataBytes)
        {
            Answer(_scan.Data(bytes, []));
            return end;
        }
        if (!Loop.Blocks.TryRent(_scan.DataBytes, out Block gathered))
        {
            Loop.NoteBufferRefused();
            Abort();
            return bytes.Length;
        }
        Answer(_scan.Data(bytes, gathered.Span));
        BufferPool.Return(ref gathered);
        return end;
    }

    /// <summary>A data part too long to be held: JSON is sent back as it comes, and everything else is refused.</summary>
    private int BeginLong()
    {
        _rejection = _dataType == DataType.None ? NoneIsEmpty : _endpoint == Endpoint.Stream ? StreamTakesJson : null;
        if (_rejection is not null)
            return BeginData(Phase.Discard, PartRelay.Discarded(FrameType.Data));
        FrameOutput.WriteHeader(this, OkHeader(DataType.Json));
        return BeginData(Phase.Echo, PartRelay.Json(long.MaxValue, refusesHeaderLike: false));
    }

    /// <summary>The header part is used; what follows is taken as it comes.</summary>
    private int BeginData(Phase phase, PartRelay part)
    {
        int headerEnd = _scan.HeaderEnd;
        _phase = phase;
        _part = part;
        _scan = default;
        MessageBytes = FrameHeader.Bytes;
        return headerEnd;
    }

    private int ConsumeData(ReadOnlySpan<byte> bytes)
    {
        RelayResult result = _part.Take(bytes, this, out int taken);
        switch (result)
        {
            case RelayResult.Going:
                break;
            case RelayResult.Ended:
                OnDataEnded();
                break;
            case RelayResult.Desynchronised when _phase != Phase.Echo:
                EndOnFault(FrameFault.WrongType);
                break;
            default:
                // Of a reply that has begun there is nothing left to say but that it is broken; a reset frame is answered with one.
                FrameOutput.Break(this, _part.SinkBytesLeft);
                break;
        }
        return taken;
    }

    private int DiscardHeader(ReadOnlySpan<byte> bytes)
    {
        switch (_part.Take(bytes, sink: null, out int taken))
        {
            case RelayResult.Going:
                break;
            case RelayResult.Ended:
                _part = PartRelay.Discarded(FrameType.Data);
                _phase = Phase.Discard;
                break;
            case RelayResult.Reset:
                SendResetFrame();
                break;
            default:
                EndOnFault(FrameFault.WrongType);
                break;
        }
        return taken;
    }
}
