using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Frames;

/// <summary>The data part of a message as a pipe: payloads without their frame headers, in the memory in which they arrived.</summary>
/// <remarks>
/// One read returns what has arrived of one frame. Bytes are copied only if the program wants more before it consumes them, and only those left of a
/// frame that has ended, because a frame header is between them and the next payload.
/// </remarks>
/// <param name="frames">Positioned after the message's header.</param>
/// <param name="onEnd">
/// Called once: when the whole part was taken from the connection, or when nothing more will be read of it, see <see cref="AtEnd"/>.
/// </param>
internal sealed class DataPartReader(FrameReader frames, Action onEnd) : PipeReader
{
    private readonly KeptBytes _kept = new();
    private ReadOnlySequence<byte> _given;
    private uint _frameBytesLeft;
    private bool _lastFrame;
    private bool _completed;

    /// <summary>Whether the whole part was taken from the connection, so that the next message may be read.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>Whether the stream is out of step, or the connection is lost.</summary>
    public bool IsBroken => frames.IsBroken;

    /// <summary>Bytes still to come, once the last frame's header was read; null while that depends on further frames.</summary>
    public uint? BytesLeft => _lastFrame ? _frameBytesLeft : null;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        return GoOnAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCompleted();
        if (TryGiveKept(out result))
            return true;
        while (frames.TryRead(out ReadResult read))
        {
            if (TryGive(read, out result))
                return true;
        }
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        ReadOnlySequence<byte> given = _given;
        _given = default;
        if (_kept.Count > 0)
            _kept.Consume(given.Slice(0, consumed).Length, examinedAll: given.Slice(examined).IsEmpty);
        else if (!given.IsEmpty)
            AdvanceInPlace(given, consumed, examined);
    }

    /// <summary>Not supported: a read is cancelled by its token.</summary>
    public override void CancelPendingRead() => throw new NotSupportedException("a read of a body is cancelled by its token");

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;
        _completed = true;
        if (!AtEnd)
            onEnd();
    }

    /// <summary>The part will never be complete: the exception to throw, after which the connection cannot be used.</summary>
    public RpcConnectionException Cut(string what) => frames.Cut(what);

    /// <summary>Takes the rest of the part from the connection and discards it, wherever reading has stopped.</summary>
    public async ValueTask SkipAsync(CancellationToken cancel)
    {
        if (!_given.IsEmpty)
            AdvanceTo(_given.End);
        while (!AtEnd)
        {
            ReadResult read = await GoOnAsync(cancel).ConfigureAwait(false);
            AdvanceTo(read.Buffer.End);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> GoOnAsync(CancellationToken cancel)
    {
        ReadResult result;
        while (!TryGiveKept(out result))
        {
            if (TryGive(await frames.ReadAsync(within: true, cancel).ConfigureAwait(false), out result))
                break;
        }
        return result;
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
            throw new InvalidOperationException("the body was released and cannot be read any more");
    }

    private bool TryGiveKept(out ReadResult result)
    {
        result = default;
        if (!AtEnd && !_kept.HasUnexamined)
            return false;
        _given = _kept.Bytes;
        result = new ReadResult(_given, isCanceled: false, isCompleted: AtEnd);
        return true;
    }

    /// <summary>Returns what has arrived of the part; false if more is needed first.</summary>
    private bool TryGive(ReadResult read, out ReadResult result)
    {
        result = default;
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (!TryBeginFrame(ref buffer) || (!AtEnd && buffer.IsEmpty))
        {
            frames.AdvanceTo(buffer.Start, buffer.End);
            return read.IsCompleted ? throw Cut() : false;
        }
        if (AtEnd)
        {
            frames.AdvanceTo(buffer.Start, buffer.Start);
            onEnd();
            return TryGiveKept(out result);
        }
        ReadOnlySequence<byte> payload = buffer.Slice(0, Math.Min(_frameBytesLeft, buffer.Length));
        if (_kept.Count > 0)
        {
            Keep(payload);
            return TryGiveKept(out result);
        }
        _given = payload;
        result = new ReadResult(payload, isCanceled: false, isCompleted: _lastFrame && payload.Length == _frameBytesLeft);
        return true;
    }

    /// <summary>Moves on to a frame with a payload, or to the part's end; false if a frame header is incomplete.</summary>
    private bool TryBeginFrame(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        while (_frameBytesLeft == 0 && !AtEnd)
        {
            if (buffer.Length < FrameHeader.Bytes)
                return false;
            buffer.Slice(0, FrameHeader.Bytes).CopyTo(header);
            Check(FrameHeader.Read(header));
            buffer = buffer.Slice(FrameHeader.Bytes);
            AtEnd = _lastFrame && _frameBytesLeft == 0;
        }
        return true;
    }

    private void Check(FrameHeader frame)
    {
        if (frame is { Type: FrameType.Reset, IsValid: true })
            throw frames.Cut("a body, with a reset frame: the sender aborted it");
        if (frame.Type is not FrameType.Data || !frame.IsValid)
            throw frames.Broken($"a frame of type 0x{(byte)frame.Type:x2} and {frame.PayloadLength} bytes arrived in the middle of a body");
        _frameBytesLeft = frame.PayloadLength;
        _lastFrame = frame.NoMoreFrames;
    }

    private void AdvanceInPlace(ReadOnlySequence<byte> given, SequencePosition consumed, SequencePosition examined)
    {
        ReadOnlySequence<byte> rest = given.Slice(consumed);
        _frameBytesLeft -= (uint)(given.Length - rest.Length);
        if (rest.IsEmpty)
        {
            frames.AdvanceTo(consumed, consumed);
            EndIfLast();
            return;
        }
        bool frameSeen = rest.Length == _frameBytesLeft && given.Slice(examined).IsEmpty;
        if (!frameSeen)
            frames.AdvanceTo(consumed, examined);
        else if (_lastFrame)
            frames.AdvanceTo(consumed, consumed);
        else
            Keep(rest);
    }

    private void Keep(ReadOnlySequence<byte> payload)
    {
        _kept.Append(payload);
        _frameBytesLeft -= (uint)payload.Length;
        frames.AdvanceTo(payload.End, payload.End);
        EndIfLast();
    }

    private void EndIfLast()
    {
        if (!_lastFrame || _frameBytesLeft > 0 || AtEnd)
            return;
        AtEnd = true;
        onEnd();
    }

    private RpcConnectionException Cut() =>
        frames.Cut(_frameBytesLeft > 0 ? $"a body: {_frameBytesLeft} bytes of a frame are missing" : "a body: its last frame is missing");
}
