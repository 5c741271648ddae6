using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FrameRpc.Protocol.Smf;

/// <summary>Reads a connection's messages: the half that client and server share.</summary>
/// <remarks>
/// A turn parses everything received, starts the next read, and only then does the work of the messages, so that user code that blocks never blocks
/// the connection. Once the next read is registered, the next turn may run on another thread, so after that a turn may only use its own batch.
/// </remarks>
internal abstract class SmfReceiver
{
    private readonly PipeReader _input;
    private readonly Action _turn;
    private readonly byte[] _headerBytes = new byte[SmfHeader.Bytes];
    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _read;
    private SmfWork.Batch _batch;
    private ValueTask _pause;
    private SmfHeader _header;
    private byte[]? _payload;
    private byte[]? _prefix;
    private int _headerFilled;
    private int _payloadFilled;
    private int _prefixBytes;
    private uint _skipLeft;
    private bool _receiving;
    private bool _stopped;
    private bool _paused;

    protected SmfReceiver(PipeReader input)
    {
        _input = input;
        _turn = Turn;
    }

    /// <summary>Whether a message is incomplete and being read.</summary>
    protected bool IsWithinMessage => !_paused && (_receiving || _skipLeft > 0 || _headerFilled > 0);

    /// <summary>Starts to read. Returns at once, unless there is already something.</summary>
    protected void Receive()
    {
        if (ReadOn())
            Turn();
    }

    /// <summary>Ends the loop as if the other side had closed the connection in order.</summary>
    protected void StopReceiving() => _input.CancelPendingRead();

    /// <summary>A header has arrived. True to receive its payload, after a <see cref="Pause"/> if there is one; false to skip it.</summary>
    protected abstract bool OnHeader(in SmfHeader header);

    /// <summary>
    /// How many of a payload's first bytes are needed to decide about the rest: <see cref="OnPrefix"/> gets them before memory is allocated for the
    /// payload. Must be less than the payload's length, because the message ends with its last byte; 0 for none. Called after <see cref="OnHeader"/>,
    /// which then must not pause.
    /// </summary>
    protected virtual int PrefixBytes(in SmfHeader header) => 0;

    /// <summary>
    /// The first bytes of a payload have arrived. True to receive the rest, after a <see cref="Pause"/> if there is one; false to skip it.
    /// </summary>
    protected virtual bool OnPrefix(in SmfHeader header, ReadOnlySpan<byte> prefix) => true;

    /// <summary>
    /// A message is complete. The callee owns its payload, which is rented from the shared pool and often longer than <see cref="SmfHeader.Size"/>.
    /// </summary>
    protected abstract void OnMessage(in SmfHeader header, byte[] payload);

    /// <summary>The wait of <see cref="Pause"/> has ended.</summary>
    protected virtual void OnResumed()
    {
    }

    /// <summary>Everything received was parsed, and the next read is about to start: the turn can be completed.</summary>
    protected virtual void OnTurnOver()
    {
    }

    /// <summary>There will be no more messages.</summary>
    /// <param name="reason">Null if the other side closed the connection in order or <see cref="StopReceiving"/> was called.</param>
    protected abstract void OnEnded(Exception? reason);

    protected void Add(SmfWork work) => _batch.Add(work);

    /// <summary>
    /// Stops reading until something has completed. Called by <see cref="OnHeader"/>, <see cref="OnPrefix"/> and <see cref="OnMessage"/>, once.
    /// </summary>
    protected void Pause(ValueTask until)
    {
        _pause = until;
        _paused = true;
    }

    private void Turn()
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = _read.GetResult();
            }
            catch (Exception e)
            {
                End(e);
                return;
            }
            ReadOnlySequence<byte> buffer = result.Buffer;
            SequencePosition consumed = Parse(buffer, out bool all);
            // Examined is the same as consumed, so that after a pause the read returns what is left without waiting for more.
            _input.AdvanceTo(consumed);
            OnTurnOver();
            _stopped |= result.IsCanceled;
            if (_paused)
            {
                SmfWork.Batch batch = TakeBatch();
                _ = ResumeAsync();
                batch.Run();
                return;
            }
            if (_stopped || (result.IsCompleted && all))
            {
                EndInOrder();
                return;
            }
            if (!ReadOn())
                return;
        }
    }

    /// <summary>Starts the next read, and the work collected before it. True if there is already something to read.</summary>
    private bool ReadOn()
    {
        SmfWork.Batch batch = TakeBatch();
        try
        {
            _read = AwaiterOf(_input.ReadAsync());
        }
        catch (Exception e)
        {
            End(e);
            batch.Run();
            return false;
        }
        if (_read.IsCompleted)
        {
            batch.Queue();
            return true;
        }
        _read.UnsafeOnCompleted(_turn);
        batch.Run();
        return false;
    }

    private static ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter AwaiterOf(ValueTask<ReadResult> read) =>
        read.ConfigureAwait(false).GetAwaiter();

    private async Task ResumeAsync()
    {
        try
        {
            await _pause.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            End(e);
            return;
        }
        _pause = default;
        _paused = false;
        OnResumed();
        if (_stopped)
            EndInOrder();
        else
            Receive();
    }

    private void EndInOrder()
    {
        SmfWork.Batch batch = TakeBatch();
        End(null);
        batch.Run();
    }

    private SmfWork.Batch TakeBatch()
    {
        SmfWork.Batch batch = _batch;
        _batch = default;
        return batch;
    }

    private SequencePosition Parse(ReadOnlySequence<byte> buffer, out bool all)
    {
        long consumed = 0;
        foreach (ReadOnlyMemory<byte> segment in buffer)
        {
            int parsed = Parse(segment.Span);
            consumed += parsed;
            if (parsed < segment.Length)
                break;
        }
        all = consumed == buffer.Length;
        return all ? buffer.End : buffer.GetPosition(consumed);
    }

    // However a message is split, it is consumed as it arrives: the pipe never has to hold more than one read.
    private int Parse(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> left = data;
        while (!_paused)
        {
            if (_prefixBytes > 0)
                TakePrefix(ref left);
            else if (_receiving)
                TakePayload(ref left);
            else if (_skipLeft > 0)
                Skip(ref left);
            else
                TakeHeader(ref left);
            if (left.IsEmpty)
                break;
        }
        return data.Length - left.Length;
    }

    private void TakeHeader(ref ReadOnlySpan<byte> left)
    {
        if (_headerFilled == 0 && left.Length >= SmfHeader.Bytes)
        {
            _header = SmfHeader.Read(left);
            left = left[SmfHeader.Bytes..];
        }
        else
        {
            int taken = Math.Min(SmfHeader.Bytes - _headerFilled, left.Length);
            left[..taken].CopyTo(_headerBytes.AsSpan(_headerFilled));
            left = left[taken..];
            _headerFilled += taken;
            if (_headerFilled < SmfHeader.Bytes)
                return;
            _headerFilled = 0;
            _header = SmfHeader.Read(_headerBytes);
        }
        _receiving = OnHeader(_header);
        _payloadFilled = 0;
        _prefixBytes = _receiving ? PrefixBytes(_header) : 0;
        _skipLeft = _receiving ? 0 : _header.Size;
    }

    private void TakePrefix(ref ReadOnlySpan<byte> left)
    {
        if (_prefix is null || _prefix.Length < _prefixBytes)
            _prefix = new byte[_prefixBytes];
        int taken = Math.Min(_prefixBytes - _payloadFilled, left.Length);
        left[..taken].CopyTo(_prefix.AsSpan(_payloadFilled));
        left = left[taken..];
        _payloadFilled += taken;
        if (_payloadFilled < _prefixBytes)
            return;
        _prefixBytes = 0;
        _receiving = OnPrefix(_header, _prefix.AsSpan(0, _payloadFilled));
        _skipLeft = _receiving ? 0 : _header.Size - (uint)_payloadFilled;
    }

    private void Skip(ref ReadOnlySpan<byte> left)
    {
        int skipped = (int)Math.Min(_skipLeft, (uint)left.Length);
        left = left[skipped..];
        _skipLeft -= (uint)skipped;
    }

    private void TakePayload(ref ReadOnlySpan<byte> left)
    {
        int size = (int)_header.Size;
        _payload ??= RentPayload(size);
        int taken = Math.Min(size - _payloadFilled, left.Length);
        left[..taken].CopyTo(_payload.AsSpan(_payloadFilled));
        left = left[taken..];
        _payloadFilled += taken;
        if (_payloadFilled < size)
            return;
        byte[] payload = _payload;
        _payload = null;
        _receiving = false;
        OnMessage(_header, payload);
    }

    private byte[] RentPayload(int size)
    {
        byte[] payload = ArrayPool<byte>.Shared.Rent(size);
        _prefix.AsSpan(0, _payloadFilled).CopyTo(payload);
        return payload;
    }

    private void End(Exception? reason)
    {
        if (_payload is not null)
            ArrayPool<byte>.Shared.Return(_payload);
        _payload = null;
        OnEnded(reason);
    }
}
