using System.Buffers;

namespace FrameRpc.Protocol.Frames;

/// <summary>Bytes of a body that a program has seen but not consumed, gathered in one piece because frame headers were between them.</summary>
internal sealed class KeptBytes
{
    private ArrayBufferWriter<byte>? _bytes;
    private int _consumed;
    private bool _examinedAll;

    public int Count => (_bytes?.WrittenCount ?? 0) - _consumed;

    /// <summary>Whether there are bytes that the program has not seen or not examined.</summary>
    public bool HasUnexamined => Count > 0 && !_examinedAll;

    public ReadOnlySequence<byte> Bytes => Count == 0 ? default : new ReadOnlySequence<byte>(_bytes!.WrittenMemory[_consumed..]);

    public void Append(ReadOnlySequence<byte> payload)
    {
        // Bytes that were left in place have been examined; those added to older ones have not.
        _examinedAll = Count == 0;
        if (_bytes is null || _consumed > 0)
            DropConsumed(checked((int)payload.Length));
        foreach (ReadOnlyMemory<byte> piece in payload)
            _bytes!.Write(piece.Span);
    }

    public void Consume(long count, bool examinedAll)
    {
        _consumed += checked((int)count);
        _examinedAll = examinedAll;
    }

    private void DropConsumed(int room)
    {
        var grown = new ArrayBufferWriter<byte>(Count + room);
        if (Count > 0)
            grown.Write(_bytes!.WrittenSpan[_consumed..]);
        _bytes = grown;
        _consumed = 0;
    }
}
