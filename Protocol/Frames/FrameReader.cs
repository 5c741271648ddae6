using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Frames;

/// <summary>Reads the messages of one connection in sequence.</summary>
internal sealed class FrameReader(TransportConnection connection, Blame sender, StallGuard? guard = null)
{
    /// <summary>A header part with all its frame headers.</summary>
    private const int HeaderPartBytesMax = MessageHeader.BytesMax + MessageScanner.HeaderFramesMax * FrameHeader.Bytes;

    private readonly PipeReader _input = connection.Input;
    private Task<ReadResult>? _early;
    private volatile bool _interrupted;

    /// <summary>Starts to read between two messages. Completes when something arrives, even the other side's end.</summary>
    public Task WatchAsync() => _early ??= _input.ReadAsync().AsTask();

    /// <summary>
    /// Completes when no read of the connection is under way, after the message reader has released it and reading was cancelled or cannot continue.
    /// </summary>
    public Task EndOfWatch => _early ?? Task.CompletedTask;

    /// <summary>Makes <see cref="ReadHeaderAsync"/> return null, now or later, between two messages. Callable from any thread.</summary>
    public void Interrupt()
    {
        _interrupted = true;
        _input.CancelPendingRead();
    }

    /// <summary>
    /// The next message's header; null if the other side has ended the connection in order, with a reset frame or by closing it, and after <see
    /// cref="Interrupt"/>.
    /// </summary>
    /// <exception cref="RpcProtocolException">It is not a header: the stream is out of step.</exception>
    /// <exception cref="RpcConnectionException">The connection was lost, or ended within the header part.</exception>
    public async ValueTask<MessageHeaderRecord?> ReadHeaderAsync(CancellationToken cancel)
    {
        var scanner = new MessageScanner();
        bool within = false;
        while (true)
        {
            ReadResult read = await ReadAsync(within, cancel).ConfigureAwait(false);
            if (_interrupted && read.Buffer.IsEmpty)
                return null;
            if (TryReadHeader(read.Buffer, ref scanner, out MessageHeaderRecord? header, out bool reset))
            {
                _input.AdvanceTo(read.Buffer.GetPosition(scanner.HeaderEnd));
                return header;
            }
            bool between = read.Buffer.IsEmpty || reset;
            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (between && (reset || read.IsCompleted))
                return null;
            if (read.IsCompleted)
                throw Cut("a message's header");
            within = true;
        }
    }

    /// <summary>The received bytes, at least one of them new, unless the input is completed.</summary>
    /// <param name="within">Whether a message has begun, so that its sender must not stall.</param>
    /// <param name="cancel">Ends the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadResult> ReadAsync(bool within, CancellationToken cancel)
    {
        ReadResult read;
        Task<ReadResult>? early = _early;
        _early = null;
        bool waits = false;
        try
        {
            ValueTask<ReadResult> reading = early is null ? _input.ReadAsync(cancel) : new ValueTask<ReadResult>(early.WaitAsync(cancel));
            waits = within && guard is not null && !reading.IsCompleted;
            if (waits)
                guard!.Begin();
            read = await reading.ConfigureAwait(false);
        }
        catch (Exception e) when (ConnectionLoss.Is(e))
        {
            throw Lost(e);
        }
        catch (OperationCanceledException) when (early is not null)
        {
            // Only the wait was cancelled: the read continues.
            _early = early;
            throw;
        }
        finally
        {
            // Also after a cancelled read, because the connection may still be used.
            if (waits)
                guard!.End();
        }
        return connection.IsAborted ? throw Lost() : read;
    }

    /// <summary>The bytes already received, without waiting.</summary>
    public bool TryRead(out ReadResult read) => _input.TryRead(out read);

    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _input.AdvanceTo(consumed, examined);

    /// <summary>Whether the stream is out of step or the connection lost: nothing more can be read.</summary>
    public bool IsBroken { get; private set; }

    public RpcConnectionException Cut(string what) 
    {
        IsBroken = true;
        return new($"{connection.Peer}: the connection ended within {what}", mayHaveRun: true);
    }

    public RpcProtocolException Broken(string what) 
    {
        IsBroken = true;
        return new($"{connection.Peer}: {what}", sender);
    }

    private RpcConnectionException Lost(Exception? reason = null)
    {
        IsBroken = true;
        return ConnectionLoss.Of(connection, "a message was complete", reason);
    }

    private bool TryReadHeader(ReadOnlySequence<byte> buffer, ref MessageScanner scanner, out MessageHeaderRecord? header, out bool reset)
    {
        header = null;
        Span<byte> scratch = stackalloc byte[HeaderPartBytesMax];
        ReadOnlySpan<byte> bytes = Front(buffer, scratch);
        FrameFault fault = scanner.ScanHeader(bytes);
        reset = fault is FrameFault.Reset;
        if (reset && scanner.HeaderBytes > 0)
            throw Cut("a message's header, with a reset frame");
        if (fault is not FrameFault.None and not FrameFault.Reset)
            throw Broken(Describe(fault, bytes, scanner.At));
        if (scanner.HeaderEnd == 0)
            return false;
        header = Decode(scanner.Header(bytes, stackalloc byte[MessageHeader.BytesMax]));
        return true;
    }

    private MessageHeaderRecord Decode(ReadOnlySpan<byte> json)
    {
        MessageHeaderFault fault = MessageHeader.TryRead(json, stackalloc byte[MessageHeader.BytesMax], out MessageHeader header);
        if (fault is not MessageHeaderFault.None)
            throw Broken($"a message header is invalid ({fault})");
        return new MessageHeaderRecord
        {
            Endpoint = Encoding.UTF8.GetString(header.Endpoint),
            DataType = header.DataType,
            Accept = header.Accept,
            Error = header.Error,
            ErrorMessage = Encoding.UTF8.GetString(header.ErrorMessage),
        };
    }

    private static string Describe(FrameFault fault, ReadOnlySpan<byte> bytes, int at) => fault switch
    {
        FrameFault.WrongType => $"a frame of type 0x{bytes[at]:x2} arrived where a message header was expected",
        FrameFault.FrameTooLong => $"a frame is longer than {FrameHeader.PayloadBytesMax} bytes",
        _ => $"a header part is longer than {MessageHeader.BytesMax} bytes or {MessageScanner.HeaderFramesMax} frames",
    };

    private static ReadOnlySpan<byte> Front(ReadOnlySequence<byte> buffer, Span<byte> scratch)
    {
        if (buffer.IsSingleSegment)
            return buffer.FirstSpan;
        ReadOnlySequence<byte> front = buffer.Slice(0, Math.Min(buffer.Length, scratch.Length));
        front.CopyTo(scratch);
        return scratch[..(int)front.Length];
    }
}
