using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>What came of relaying a piece of a data part.</summary>
internal enum RelayResult : byte
{
    /// <summary>Taken; more of the part is to come.</summary>
    Going,
    /// <summary>The part has been passed on whole.</summary>
    Ended,
    /// <summary>The sender broke the part off with a reset frame.</summary>
    Reset,
    /// <summary>A frame that cannot stand here, or too long: the sender has lost its place.</summary>
    Desynchronised,
    /// <summary>The part is longer than its limit.</summary>
    TooLarge,
    /// <summary>A JSON part that is not exactly one value by the whole grammar: what a decoder leaves behind its fault is executed as the next message.</summary>
    NotJson,
    /// <summary>A JSON part that a server which leaves it unread would take for its next header.</summary>
    HeaderLike,
}

/// <summary>
/// A data part that is passed on, or read away, as it comes: octets frame by frame, JSON in frames of the gateway's own.
/// </summary>
/// <remarks>
/// JSON is checked before it is passed on, so that nothing behind a fault leaves; it is never spliced. It is cut anew because
/// only then its last byte can leave in the last frame with nothing behind it: the newline may come in a frame of its own, and
/// an empty last frame desynchronises a first implementation as much as a stray newline. So the last byte that is not white
/// space is held back until more follows or the part ends.
/// </remarks>
internal struct PartRelay
{
    /// <summary>Frames with no payload in a row. Harmless in octets, but each costs a frame header of work and forwards nothing.</summary>
    private const int EmptyFramesMax = 1024;

    private readonly Kind _kind;
    private readonly long _bytesMax;
    private readonly bool _refusesHeaderLike;
    private FrameType _type = FrameType.Data;
    private JsonChecker _json;
    private long _bytes;
    private int _emptyFrames;
    private bool _lastFrame;
    private byte _heldBack;
    private bool _holdsBack;

    private PartRelay(Kind kind, long bytesMax, bool refusesHeaderLike = false)
    {
        _kind = kind;
        _bytesMax = bytesMax;
        _refusesHeaderLike = refusesHeaderLike;
    }

    private enum Kind : byte
    {
        Octets,
        Json,
        Discarded,
    }

    /// <summary>What is still to come of the frame that is passing. For octets the sink expects as much.</summary>
    public long FrameBytesLeft { get; private set; }

    /// <summary>Payload of the part in the frames that have begun; once it has ended, all of it.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>Payload that has come.</summary>
    public readonly long BytesPassed => _bytes - FrameBytesLeft;

    /// <summary>All of the part has come.</summary>
    public readonly bool IsEnded => FrameBytesLeft == 0 && _lastFrame;

    /// <summary>What the sink still expects of the frame it is in. JSON leaves in whole frames only.</summary>
    public readonly long SinkBytesLeft => _kind == Kind.Octets ? FrameBytesLeft : 0;

    public static PartRelay Octets(long bytesMax) => new(Kind.Octets, bytesMax);

    /// <param name="bytesMax">The longest part.</param>
    /// <param name="refusesHeaderLike">Whether to end with <see cref="RelayResult.HeaderLike"/> where the value could pass for a header.</param>
    public static PartRelay Json(long bytesMax, bool refusesHeaderLike) => new(Kind.Json, bytesMax, refusesHeaderLike);

    public static PartRelay Discarded(FrameType type) => new(Kind.Discarded, long.MaxValue) { _type = type };

    /// <summary>From here on the rest is read away, from wherever in a frame this stands.</summary>
    public readonly PartRelay Discarding() => new(Kind.Discarded, long.MaxValue) { FrameBytesLeft = FrameBytesLeft, _lastFrame = _lastFrame };

    /// <summary>Takes what it can of <paramref name="bytes"/>: at most one frame.</summary>
    /// <param name="bytes">What has come, from where the last call ended.</param>
    /// <param name="sink">Where it goes; null only for what is discarded.</param>
    /// <param name="taken">How many bytes were used; 0 with <see cref="RelayResult.Going"/> means that more are needed.</param>
    public RelayResult Take(ReadOnlySpan<byte> bytes, Connection? sink, out int taken)
    {
        taken = 0;
        int headerBytes = 0;
        if (FrameBytesLeft == 0 && !_lastFrame)
        {
            if (bytes.Length < FrameHeader.Bytes)
                return RelayResult.Going;
            RelayResult begun = BeginFrame(FrameHeader.Read(bytes));
            if (begun != RelayResult.Going)
            {
                taken = begun == RelayResult.Reset ? FrameHeader.Bytes : 0;
                return begun;
            }
            headerBytes = FrameHeader.Bytes;
        }
        long frameBytes = FrameBytesLeft;
        int payloadBytes = (int)Math.Min(bytes.Length - headerBytes, FrameBytesLeft);
        FrameBytesLeft -= payloadBytes;
        taken = headerBytes + payloadBytes;
        switch (_kind)
        {
            case Kind.Octets:
                PassOctets(bytes[..taken], headerBytes, (int)frameBytes, sink!);
                break;
            case Kind.Json:
                return PassJson(bytes.Slice(headerBytes, payloadBytes), sink!);
        }
        return IsEnded ? RelayResult.Ended : RelayResult.Going;
    }

    /// <summary>So many bytes of an octets frame have reached the sink inside the kernel.</summary>
    public RelayResult TakeSpliced(int bytes, Connection sink)
    {
        FrameBytesLeft -= bytes;
        if (!IsEnded)
            return RelayResult.Going;
        EndUnmarkedFrame(sink);
        return RelayResult.Ended;
    }

    /// <summary>So many bytes of the frame were received, and reached nobody.</summary>
    public void Lose(int bytes) => FrameBytesLeft -= bytes;

    private RelayResult BeginFrame(FrameHeader frame)
    {
        if (frame.Type == FrameType.Reset && frame.IsValid)
            return RelayResult.Reset;
        if (frame.Type != _type || !frame.IsValid)
            return RelayResult.Desynchronised;
        _emptyFrames = frame.PayloadLength == 0 ? _emptyFrames + 1 : 0;
        if (_emptyFrames > EmptyFramesMax)
            return RelayResult.Desynchronised;
        _bytes += frame.PayloadLength;
        if (_bytes > _bytesMax)
            return RelayResult.TooLarge;
        FrameBytesLeft = frame.PayloadLength;
        _lastFrame = frame.NoMoreFrames;
        return RelayResult.Going;
    }

    /// <summary>The frame header and its payload stand together in what came, and go on in one piece.</summary>
    /// <remarks>
    /// Except for a last frame that has not come whole, to a sink that cannot be reset: if it is cut, it is filled up (see
    /// <see cref="FrameOutput.Break"/>), and as the last one it would then look whole. There the part ends with an empty
    /// frame of its own, which is harmless in octets.
    /// </remarks>
    private readonly void PassOctets(ReadOnlySpan<byte> bytes, int headerBytes, int frameBytes, Connection sink)
    {
        bool cameWhole = headerBytes > 0 && FrameBytesLeft == 0;
        bool isMarked = !_lastFrame || sink.CanReset || cameWhole;
        // Any mark other than 0 says that the part ends, but not every reader may see it so: what leaves is 1.
        if (headerBytes == 0 || (isMarked && bytes[1] <= 1))
        {
            sink.Write(bytes);
        }
        else
        {
            FrameOutput.WriteFrameHeader(sink, FrameType.Data, noMoreFrames: _lastFrame && isMarked, frameBytes);
            sink.Write(bytes[headerBytes..]);
        }
        if (IsEnded && !isMarked)
            EndUnmarkedFrame(sink);
    }

    /// <summary>The last frame did not come whole. Where it was not marked as the last, one that is follows it.</summary>
    private static void EndUnmarkedFrame(Connection sink)
    {
        if (!sink.CanReset)
            FrameOutput.WriteFrameHeader(sink, FrameType.Data, noMoreFrames: true, payloadBytes: 0);
    }

    private RelayResult PassJson(ReadOnlySpan<byte> payload, Connection sink)
    {
        if (!_json.Feed(payload))
            return RelayResult.NotJson;
        if (_refusesHeaderLike && _json.CouldBeHeader)
            return RelayResult.HeaderLike;
        PassChecked(payload, sink);
        if (!IsEnded)
            return RelayResult.Going;
        if (!_json.Complete)
            return RelayResult.NotJson;
        EndJson(sink);
        return RelayResult.Ended;
    }

    /// <summary>Passes on all but the last byte that is not trailing white space.</summary>
    private void PassChecked(ReadOnlySpan<byte> payload, Connection sink)
    {
        int trailing = _json.Complete ? Math.Min(_json.TrailingWhitespace, payload.Length) : 0;
        ReadOnlySpan<byte> meant = payload[..^trailing];
        if (meant.IsEmpty)
            return;
        int frameBytes = meant.Length - 1 + (_holdsBack ? 1 : 0);
        if (frameBytes > 0)
        {
            FrameOutput.WriteFrameHeader(sink, FrameType.Data, noMoreFrames: false, frameBytes);
            if (_holdsBack)
                sink.Write([_heldBack]);
            sink.Write(meant[..^1]);
        }
        _heldBack = meant[^1];
        _holdsBack = true;
    }

    private readonly void EndJson(Connection sink)
    {
        FrameOutput.WriteFrameHeader(sink, FrameType.Data, noMoreFrames: true, payloadBytes: 1);
        sink.Write([_heldBack]);
    }
}
