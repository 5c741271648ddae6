using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Frames;

/// <summary>Writes the messages of one connection in sequence.</summary>
/// <remarks>
/// A frame that was begun is always completed, so the writer is between frames whenever it is asked to stop: only there can a reset be told from a
/// payload. A small message is sent in one write.
/// </remarks>
internal sealed class FrameWriter(TransportConnection connection, StallGuard? guard = null)
{
    /// <summary>
    /// Payloads up to this size are copied after their header and sent with it in one write. Larger ones are sent from where they are; a system call
    /// for the 6 bytes before costs less than copying much more than this.
    /// </summary>
    private const int CopyBytesMax = 16 << 10;

    private readonly PipeWriter _output = connection.Output;
    private Memory<byte> _reserved;
    private bool _headerWaits;

    /// <summary>Rejects a name that is too long for a header, before it can affect a connection.</summary>
    /// <exception cref="ArgumentException">A header with it is longer than <see cref="MessageHeader.BytesMax"/>.</exception>
    public static void Check(string endpoint)
    {
        if (EncodeRequest(stackalloc byte[MessageHeader.BytesMax], endpoint, DataType.None, DataType.None) == 0)
            throw new ArgumentException($"the endpoint's name does not fit into a header of {MessageHeader.BytesMax} bytes", nameof(endpoint));
    }

    /// <summary>Writes a request's header part.</summary>
    /// <param name="endpoint">Accepted by <see cref="Check"/>.</param>
    /// <param name="dataType">The type of the data part.</param>
    /// <param name="accept">The requested type of the reply.</param>
    public void WriteHeader(string endpoint, DataType dataType, DataType accept)
    {
        Span<byte> frame = _output.GetSpan(FrameHeader.Bytes + MessageHeader.BytesMax);
        CommitHeader(frame, EncodeRequest(frame[FrameHeader.Bytes..], endpoint, dataType, accept));
    }

    /// <summary>Writes the header part of a successful reply.</summary>
    public void WriteReplyHeader(DataType dataType)
    {
        Span<byte> frame = _output.GetSpan(FrameHeader.Bytes + MessageHeader.BytesMax);
        CommitHeader(frame, new MessageHeader(default, dataType, DataType.Absent, ReplyError.Ok, default).Write(frame[FrameHeader.Bytes..]));
    }

    /// <summary>Writes an error reply, which has only a header part. A text that does not fit is truncated.</summary>
    public ValueTask WriteErrorAsync(ReplyError error, string message)
    {
        Span<byte> frame = _output.GetSpan(FrameHeader.Bytes + MessageHeader.BytesMax);
        byte[] text = Encoding.UTF8.GetBytes(message);
        int length;
        // Escapes make a text up to six times as long, so the length is found by trying; a character that is cut in half becomes U+FFFD.
        for (int bytes = Math.Min(text.Length, MessageHeader.BytesMax); ; bytes -= bytes / 4 + 1)
        {
            length = new MessageHeader(default, DataType.Absent, DataType.Absent, error, text.AsSpan(0, Math.Max(bytes, 0))).Write(frame[FrameHeader.Bytes..]);
            if (length > 0)
                break;
        }
        CommitHeader(frame, length);
        return FlushAsync();
    }

    /// <summary>Writes one frame of a data part.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteFrameAsync(ReadOnlySequence<byte> payload, bool last)
    {
        int length = checked((int)payload.Length);
        bool copied = length <= CopyBytesMax;
        BeginFrame(payload, length, last, copied);
        if (copied)
        {
            await FlushAsync().ConfigureAwait(false);
            return;
        }
        foreach (ReadOnlyMemory<byte> piece in payload)
            await SendAsync(piece).ConfigureAwait(false);
    }

    /// <summary>Sends a buffered header if the data part may be slow.</summary>
    public ValueTask FlushHeaderAsync() => _headerWaits ? FlushAsync() : ValueTask.CompletedTask;

    /// <summary>Memory for a payload to be read; <see cref="WriteReservedAsync"/> sends it, and nothing else may be written until then.</summary>
    public Memory<byte> ReservePayload(int bytes)
    {
        _reserved = _output.GetMemory(FrameHeader.Bytes + bytes);
        return _reserved.Slice(FrameHeader.Bytes, bytes);
    }

    /// <summary>Writes a frame whose payload is the first bytes of the memory from <see cref="ReservePayload"/>.</summary>
    public ValueTask WriteReservedAsync(int bytes, bool last)
    {
        new FrameHeader(FrameType.Data, last, (uint)bytes).Write(_reserved.Span);
        _reserved = default;
        _output.Advance(FrameHeader.Bytes + bytes);
        return FlushAsync();
    }

    /// <summary>Tells the other side that nothing more comes. False if that failed, because it has gone or does not read.</summary>
    public async ValueTask<bool> TryWriteResetAsync(CancellationToken cancel)
    {
        try
        {
            _output.Write(FrameHeader.Reset);
            return !(await _output.FlushAsync(cancel).ConfigureAwait(false)).IsCanceled;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }

    private static int EncodeRequest(Span<byte> destination, string endpoint, DataType dataType, DataType accept) =>
        new MessageHeader(Encoding.UTF8.GetBytes(endpoint), dataType, accept, ReplyError.Absent, default).Write(destination);

    private void BeginFrame(ReadOnlySequence<byte> payload, int length, bool last, bool copied)
    {
        Span<byte> frame = _output.GetSpan(FrameHeader.Bytes + (copied ? length : 0));
        new FrameHeader(FrameType.Data, last, (uint)length).Write(frame);
        if (copied)
            payload.CopyTo(frame[FrameHeader.Bytes..]);
        _output.Advance(FrameHeader.Bytes + (copied ? length : 0));
    }

    private void CommitHeader(Span<byte> frame, int length)
    {
        new FrameHeader(FrameType.Header, true, (uint)length).Write(frame);
        _output.Advance(FrameHeader.Bytes + length);
        _headerWaits = true;
    }

    private ValueTask FlushAsync() => SendAsync(default);

    /// <summary>Sends what the pipe holds, followed by <paramref name="piece"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> piece)
    {
        _headerWaits = false;
        FlushResult sent;
        try
        {
            ValueTask<FlushResult> sending = piece.IsEmpty ? _output.FlushAsync() : _output.WriteAsync(piece);
            bool waits = guard is not null && !sending.IsCompleted;
            if (waits)
                guard!.Begin();
            sent = await sending.ConfigureAwait(false);
            if (waits)
                guard!.End();
        }
        catch (Exception e) when (ConnectionLoss.Is(e))
        {
            throw ConnectionLoss.Of(connection, "the message was sent", e);
        }
        if (sent.IsCompleted || sent.IsCanceled)
            throw ConnectionLoss.Of(connection, "the message was sent");
    }
}
