namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>
/// Splits one direction of a connection into heads and payloads as the bytes pass, in pieces of any size. Keeps only the first bytes of a payload, to
/// be printed.
/// </summary>
/// <param name="headBytes">The length of the head before each payload.</param>
internal abstract class MessageWatch(int headBytes)
{
    /// <summary>Bytes kept of a payload: a whole header part of the frame format.</summary>
    protected const int KeptBytesMax = 4096;

    /// <summary>Bytes at the start of a connection from which its format can be recognized.</summary>
    private const int FirstBytesMax = 16;

    private readonly byte[] _first = new byte[FirstBytesMax];
    private readonly byte[] _head = new byte[headBytes];
    private readonly byte[] _kept = new byte[KeptBytesMax];
    private int _headCount;
    private int _keptCount;
    private long _payloadBytes;
    private long _payloadLeft;
    private bool _lost;
    private bool _ended;
    private long _bytes;
    private long _bodyBytes;

    /// <summary>Called with every piece that passes; must not block.</summary>
    public Action? OnPassed { get; init; }

    /// <summary>All bytes that have passed.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Those that belong to bodies, without headers.</summary>
    public long BodyBytes => Interlocked.Read(ref _bodyBytes);

    /// <summary>The first bytes that passed.</summary>
    public ReadOnlySpan<byte> First => _first.AsSpan(0, (int)Math.Min(_bytes, FirstBytesMax));

    /// <summary>Whether the current payload belongs to a body.</summary>
    protected abstract bool InBody { get; }

    public void Pass(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (_bytes < FirstBytesMax)
            bytes[..(int)Math.Min(bytes.Length, FirstBytesMax - _bytes)].CopyTo(_first.AsSpan((int)_bytes));
        _ = Interlocked.Add(ref _bytes, bytes.Length);
        while (!bytes.IsEmpty && !_lost)
            bytes = bytes[(_headCount < headBytes ? TakeHead(bytes) : TakePayload(bytes))..];
        OnPassed?.Invoke();
    }

    /// <summary>The direction has ended; an incomplete message is reported as cut.</summary>
    public void End()
    {
        if (_ended)
            return;
        _ended = true;
        if (_lost)
            return;
        if (_headCount == headBytes)
            OnCut(_payloadBytes - _payloadLeft, _payloadBytes);
        else if (_headCount > 0)
            OnBroken(_head.AsSpan(0, _headCount));
    }

    /// <summary>
    /// Called with each head; returns the length of the payload after it, or null if it is not a head of this format, so that nothing after it can be
    /// read.
    /// </summary>
    protected abstract long? OnHead(ReadOnlySpan<byte> head);

    /// <summary>Called with each complete payload; only the first bytes of a long one are kept.</summary>
    protected abstract void OnPayload(ReadOnlySpan<byte> kept, long length);

    /// <summary>Called with bytes that are not a head.</summary>
    protected abstract void OnBroken(ReadOnlySpan<byte> head);

    /// <summary>Called if the direction ends within a payload.</summary>
    protected abstract void OnCut(long came, long length);

    private int TakeHead(ReadOnlySpan<byte> bytes)
    {
        int taken = Math.Min(headBytes - _headCount, bytes.Length);
        bytes[..taken].CopyTo(_head.AsSpan(_headCount));
        _headCount += taken;
        if (_headCount < headBytes)
            return taken;
        if (OnHead(_head) is not { } length)
        {
            _lost = true;
            OnBroken(_head);
            return taken;
        }
        _payloadBytes = _payloadLeft = length;
        _keptCount = 0;
        if (length == 0)
            FinishPayload();
        return taken;
    }

    private int TakePayload(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(_payloadLeft, bytes.Length);
        int kept = Math.Min(taken, KeptBytesMax - _keptCount);
        bytes[..kept].CopyTo(_kept.AsSpan(_keptCount));
        _keptCount += kept;
        _payloadLeft -= taken;
        if (InBody)
            _ = Interlocked.Add(ref _bodyBytes, taken);
        if (_payloadLeft == 0)
            FinishPayload();
        return taken;
    }

    private void FinishPayload()
    {
        _headCount = 0;
        OnPayload(_kept.AsSpan(0, _keptCount), _payloadBytes);
    }
}
