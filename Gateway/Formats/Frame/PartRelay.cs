using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>The result of relaying a piece of a data part.</summary>
internal enum RelayResult : byte
{
    /// <summary>Taken; more of the part follows.</summary>
    More,
    /// <summary>The part has been passed on completely.</summary>
    Ended,
    /// <summary>The sender aborted the part with a reset frame.</summary>
    Reset,
    /// <summary>A frame of another type, or one that is too long: the start of the next frame is unknown.</summary>
    Desynchronised,
    /// <summary>The part is longer than its limit.</summary>
    TooLarge,
    /// <summary>A JSON part that is not exactly one valid value. The first implementation reads what follows the fault as the next message.</summary>
    NotJson,
    /// <summary>A JSON part that a server which leaves it unread would read as its next header.</summary>
    HeaderLike,
}

/// <summary>
/// A data part that is passed on, or discarded, as it arrives: octets frame by frame, JSON in frames of the gateway's own.
/// </summary>
/// <remarks>
/// JSON is checked before it is passed on, so that nothing behind a fault is sent; it is never spliced. It is sent in new frames,
/// because its last byte has to be the last byte of the last frame: the newline may arrive in a frame of its own, and an empty last
/// frame desynchronises the first implementation as much as a stray newline does. So the last byte that is not white space is
/// held back until more follows or the part ends.
/// </remarks>
internal struct PartRelay
{
    /// <summary>Empty frames in a row. They are harmless in octets, but each costs the work of a frame header and forwards nothing.</summary>
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

    /// <summary>Payload of the current frame that has not arrived. For octets the sink expects as much.</summary>
    public long FrameBytesLeft { get; private set; }

    /// <summary>Payload of the part in the frames that have begun; once it has ended, all of it.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>Payload that has arrived.</summary>
    public readonly long BytesPassed => _bytes - FrameBytesLeft;

    /// <summary>All of the part has arrived.</summary>
    public readonly bool IsEnded => FrameBytesLeft == 0 && _lastFrame;

    /// <summary>What the sink still expects of the current frame. JSON is sent in complete frames only.</summary>
    public readonly long SinkBytesLeft => _kind == Kind.Octets ? FrameBytesLeft : 0;

    public static PartRelay Octets(long bytesMax) => new(Kind.Octets, bytesMax);

    /// <param name="bytesMax">The longest part.</param>
    /// <param name="refusesHeaderLike">Whether to end with <see cref="RelayResult.HeaderLike"/> where the value could be read as a header.</param>
    public static PartRelay Json(long bytesMax, bool refusesHeaderLike) => new(Kind.Json, bytesMax, refusesHeaderLike);

    public static PartRelay Discarded(FrameType type) => new(Kind.Discarded, long.MaxValue) { _type = type };

    /// <summary>The same part with its rest discarded, from the current place in a frame.</summary>
    public readonly PartRelay Discarding() => new(Kind.Discarded, long.MaxValue) { FrameBytesLeft = FrameBytesLeft, _lastFrame = _lastFrame };

    /// <summary>Takes at most one frame of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The received bytes that follow those of the last call.</param>
    /// <param name="sink">The connection to pass it on to; null only for a discarded part.</param>
    /// <param name="taken">How many bytes were used; 0 with <see cref="RelayResult.More"/> means that more are needed.</param>
    public RelayResult Take(ReadOnlySpan<byte> bytes, Connection? sink, out int taken)
    {
        taken = 0;
        int headerBytes = 0;
        if (FrameBytesLeft == 0 && !_lastFrame)
        {
            if (bytes.Length < FrameHeader.Bytes)
                return RelayResult.More;
            RelayResult begun = BeginFrame(FrameHeader.Read(bytes));
            if (begun != RelayResult.More)
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
        return IsEnded ? RelayResult.Ended : RelayResult.More;
    }

    /// <summary>This many bytes of an octets frame have reached the sink inside the kernel.</summary>
    public RelayResult TakeSpliced(int bytes, Connection sink)
    {
        FrameBytesLeft -= bytes;
        if (!IsEnded)
            return RelayResult.More;
        EndUnmarkedFrame(sink);
        return RelayResult.Ended;
    }

    /// <summary>This many bytes of the frame were received, and did not reach the sink.</summary>
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
        return RelayResult.More;
    }

    /// <summary>Writes the frame header and the payload behind it in one piece, as they were received.</summary>
    /// <remarks>
    /// The exception is a last frame that has not arrived completely, on its way to a sink that cannot be reset. If it is cut, it is filled
    /// up (see <see cref="FrameOutput.Break"/>), and would look complete if it were marked as the last one. There the part ends with
    /// an additional empty frame, which is harmless in octets.
    /// </remarks>
    private readonly void PassOctets(ReadOnlySpan<byte> bytes, int headerBytes, int frameBytes, Connection sink)
    {
        bool isComplete = headerBytes > 0 && FrameBytesLeft == 0;
        bool isMarked = !_lastFrame || sink.CanReset || isComplete;
        // Every value but 0 marks the last frame, but a lenient reader may know only 1. So 1 is sent.
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

    /// <summary>Follows a last frame that was not marked as the last one with an empty one that is.</summary>
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
            return RelayResult.More;
        if (!_json.Complete)
            return RelayResult.NotJson;
        EndJson(sink);
        return RelayResult.Ended;
    }

    /// <summary>Passes on all but trailing white space and the byte before it, which is held back.</summary>
    private void PassChecked(ReadOnlySpan<byte> payload, Connection sink)
    {
        int trailing = _json.Complete ? Math.Min(_json.TrailingWhitespace, payload.Length) : 0;
        ReadOnlySpan<byte> value = payload[..^trailing];
        if (value.IsEmpty)
            return;
        int frameBytes = value.Length - 1 + (_holdsBack ? 1 : 0);
        if (frameBytes > 0)
        {
            FrameOutput.WriteFrameHeader(sink, FrameType.Data, noMoreFrames: false, frameBytes);
            if (_holdsBack)
                sink.Write([_heldBack]);
            sink.Write(value[..^1]);
        }
        _heldBack = value[^1];
        _holdsBack = true;
    }

    private readonly void EndJson(Connection sink)
    {
        FrameOutput.WriteFrameHeader(sink, FrameType.Data, noMoreFrames: true, payloadBytes: 1);
        sink.Write([_heldBack]);
    }
}
