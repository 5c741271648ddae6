using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Smf;

/// <summary>Writes a connection's messages: what is sent during a write leaves together in the next one.</summary>
/// <remarks>Sending never blocks. The senders limit what waits to be written: see <see cref="BytesWaiting"/>.</remarks>
/// <param name="writer">Written by one flush at a time, and not completed here.</param>
/// <param name="failed">Called once, with the reason why nothing more can be written.</param>
/// <param name="guard">Watches writes that wait for the other side to read; null if nothing else is held up by that.</param>
/// <param name="memory">Counts copied messages until they are written; null if their sender counts them.</param>
internal sealed partial class SmfOutput(PipeWriter writer, Action<Exception> failed, StallGuard? guard = null, Budget? memory = null) : IThreadPoolWorkItem
{
    /// <summary>Payloads from this size on are not copied after the others, but written by themselves.</summary>
    public const int LargeBytesMin = 16 << 10;

    // About as much as 64 small messages in flight need.
    private const int BufferBytesMin = 8 << 10;

    private readonly Lock _lock = new();
    private Queue<Large>? _large;
    private byte[] _buffer = [];
    private int _filled;
    private bool _flushing;
    private bool _closed;
    private TaskCompletionSource? _idle;
    private TaskCompletionSource? _room;
    private long _roomBytes;
    private long _waiting;
    private Budget? _budget;
    private long _owed;

    /// <summary>Bytes sent but not written yet.</summary>
    public long BytesWaiting => Volatile.Read(ref _waiting);

    /// <summary>Sends a message whose payload is copied.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="payload">Shorter than <see cref="LargeBytesMin"/>.</param>
    /// <param name="alone">
    /// Whether nothing else is about to be sent: this thread then writes it; otherwise a pool thread writes it together with everything sent until
    /// then.
    /// </param>
    public void Send(in SmfHeader header, ReadOnlySpan<byte> payload, bool alone)
    {
        lock (_lock)
        {
            if (_closed)
                return;
            Span<byte> room = Room(SmfHeader.Bytes + payload.Length);
            header.Write(room);
            payload.CopyTo(room[SmfHeader.Bytes..]);
            if (!BeginFlush())
                return;
        }
        Flush(alone);
    }

    /// <summary>Sends a message whose payload is written from where it is.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="payload">Must not change until <paramref name="owner"/> is disposed.</param>
    /// <param name="owner">Disposed when the payload was written, or never will be.</param>
    /// <param name="alone">As for <see cref="Send"/>.</param>
    public void SendLarge(in SmfHeader header, ReadOnlyMemory<byte> payload, IDisposable owner, bool alone)
    {
        bool dropped;
        bool begin = false;
        lock (_lock)
        {
            dropped = _closed;
            if (!dropped)
            {
                (_large ??= new Queue<Large>()).Enqueue(new Large(header, payload, owner));
                _waiting += SmfHeader.Bytes + payload.Length;
                begin = BeginFlush();
            }
        }
        if (dropped)
            owner.Dispose();
        else if (begin)
            Flush(alone);
    }

    /// <summary>
    /// Returns an amount to a budget when everything that waits now is written, or never will be. The budget is the same each time.
    /// </summary>
    public void ReturnWhenWritten(Budget budget, long amount)
    {
        lock (_lock)
        {
            if (_flushing)
            {
                _budget = budget;
                _owed += amount;
                return;
            }
        }
        budget.Return(amount);
    }

    /// <summary>Waits until at most this many bytes wait, or until writing has ended. One caller at a time.</summary>
    public ValueTask WaitForRoomAsync(long bytesWaitingMax)
    {
        lock (_lock)
        {
            if (_closed || _waiting <= bytesWaitingMax)
                return ValueTask.CompletedTask;
            _roomBytes = bytesWaitingMax;
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task);
        }
    }

    /// <summary>Discards what is sent from now on, and waits until what was sent before is written, or has failed.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (!_flushing)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    // A sender that is alone writes its own message, and is not kept here by what others send meanwhile.
    private void Flush(bool here)
    {
        if (here)
            _ = FlushAsync(once: true);
        else
            _ = ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool BeginFlush()
    {
        if (_flushing)
            return false;
        _flushing = true;
        return true;
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _filled < bytes)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(BufferBytesMin, (_filled + bytes) * 2));
            _buffer.AsSpan(0, _filled).CopyTo(larger);
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        Span<byte> room = _buffer.AsSpan(_filled, bytes);
        _filled += bytes;
        _waiting += bytes;
        memory?.TakeAnyway(bytes);
        return room;
    }

    private sealed record Large(SmfHeader Header, ReadOnlyMemory<byte> Payload, IDisposable Owner);
}
