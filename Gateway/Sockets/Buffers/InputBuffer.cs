using System.Diagnostics;

namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>
/// The received but unconsumed bytes of one connection. Receives go into the worker's shared scratch; only what is left afterwards, the beginning of
/// a message, is kept in a block, so an idle connection holds none.
/// </summary>
/// <remarks>
/// A short rest is copied to the front of the scratch, so that the next receive is large again. A long rest (a nearly complete message) is received
/// into in place, so that a sender of single bytes cannot make the worker copy the same 64 KiB again and again.
/// </remarks>
internal struct InputBuffer
{
    /// <summary>Copying 4 KiB costs about a tenth of the receive that follows (100 ns against 1 µs).</summary>
    private const int PrefixBytesMax = 4 * 1024;

    private Block _held;
    private int _heldBytes;
    private bool _inScratch;

    public readonly int HeldBytes => _heldBytes;

    public readonly Span<byte> Held => _held.IsNone ? default : _held.Span[.._heldBytes];

    /// <summary>Room for the next receive. False if there is no memory for it.</summary>
    /// <param name="pool">Source of blocks.</param>
    /// <param name="scratch">The worker's scratch.</param>
    /// <param name="messageBytes">The length of the partly received message; 0 if unknown.</param>
    /// <param name="room">Where to receive.</param>
    public bool TryPrepare(BufferPool pool, Span<byte> scratch, int messageBytes, out Span<byte> room)
    {
        _inScratch = _heldBytes <= PrefixBytesMax;
        if (_inScratch)
        {
            Held.CopyTo(scratch);
            room = scratch[_heldBytes..];
            return true;
        }
        // Twice what has actually arrived, not what the header announces: an announcement must not take memory.
        int wanted = Math.Max(_heldBytes + 1, Math.Min(messageBytes, 2 * _heldBytes));
        bool hasRoom = _held.Capacity >= wanted || TryMoveHeld(pool, wanted);
        room = hasRoom ? _held.Span[_heldBytes..] : default;
        return hasRoom;
    }

    /// <summary>All unconsumed bytes, after a receive of <paramref name="bytes"/> into the room from <see cref="TryPrepare"/>.</summary>
    public Span<byte> Received(Span<byte> scratch, int bytes)
    {
        if (_inScratch)
            return scratch[..(_heldBytes + bytes)];
        _heldBytes += bytes;
        return Held;
    }

    /// <summary>
    /// Keeps the unconsumed part of <paramref name="unread"/>, the bytes from <see cref="Received"/> or <see cref="Held"/>. False if there is no
    /// memory for it; the bytes are then lost.
    /// </summary>
    public bool TryKeep(BufferPool pool, ReadOnlySpan<byte> unread, int consumed)
    {
        ReadOnlySpan<byte> rest = unread[consumed..];
        if (rest.Length == 0)
        {
            Clear();
            return true;
        }
        if (!_inScratch)
        {
            if (consumed > 0)
                rest.CopyTo(_held.Span);
        }
        else if (_held.Capacity >= rest.Length)
        {
            rest.CopyTo(_held.Span);
        }
        else
        {
            Clear();
            if (!pool.TryRent(rest.Length, out _held))
                return false;
            rest.CopyTo(_held.Span);
        }
        _heldBytes = rest.Length;
        _inScratch = false;
        return true;
    }

    public void Clear()
    {
        BufferPool.Return(ref _held);
        _heldBytes = 0;
        _inScratch = false;
    }

    private bool TryMoveHeld(BufferPool pool, int bytesMin)
    {
        Debug.Assert(bytesMin > _heldBytes);
        if (!pool.TryRent(bytesMin, out Block larger))
            return false;
        Held.CopyTo(larger.Span);
        BufferPool.Return(ref _held);
        _held = larger;
        return true;
    }
}
