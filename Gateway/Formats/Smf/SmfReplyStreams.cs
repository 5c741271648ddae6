using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>The order in which replies leave to one caller: one large reply at a time, with the small ones that arrive meanwhile behind it.</summary>
internal struct SmfReplyStreams
{
    private SmfReplyRelay? _current;
    private Queue<SmfReplyRelay>? _waiting;
    private OutputQueue _behind;

    /// <summary>A large reply is leaving: what is written now has to wait behind it.</summary>
    public readonly bool IsBusy => _current is not null;

    /// <summary>Bytes of small replies that wait.</summary>
    public readonly int BytesBehind => _behind.Bytes;

    /// <summary>Whether this large reply can begin now; if not, <see cref="SmfReplyRelay.OnTurn"/> follows.</summary>
    public bool TryBegin(SmfReplyRelay relay)
    {
        if (_current is null)
        {
            _current = relay;
            return true;
        }
        (_waiting ??= new Queue<SmfReplyRelay>()).Enqueue(relay);
        return false;
    }

    /// <summary>The large reply is written whole: what waited behind it moves to the output.</summary>
    /// <returns>False if this reply was not the current one any more.</returns>
    public bool End(SmfReplyRelay relay, ref OutputQueue output)
    {
        if (_current != relay)
            return false;
        _current = null;
        output.TakeAll(ref _behind);
        return true;
    }

    /// <summary>Makes the large reply that waited longest the current one.</summary>
    public SmfReplyRelay? BeginNext()
    {
        if (_waiting is not null && _waiting.TryDequeue(out SmfReplyRelay? next))
            _current = next;
        return _current;
    }

    /// <summary>A large reply that waits will not come.</summary>
    public readonly void Cancel(SmfReplyRelay relay)
    {
        for (int i = _waiting?.Count ?? 0; i > 0; i--)
        {
            SmfReplyRelay waiting = _waiting!.Dequeue();
            if (waiting != relay)
                _waiting.Enqueue(waiting);
        }
    }

    public readonly void NoteRoom() => _current?.OnRoom();

    /// <summary>Room for a small reply behind the large one; none if there is no memory.</summary>
    public bool TryReserve(BufferPool blocks, int bytes, out Span<byte> room) => _behind.TryReserve(blocks, bytes, out room);

    public void Advance(int bytes) => _behind.Advance(bytes);

    /// <summary>The caller is gone.</summary>
    public void Lose()
    {
        _behind.Clear();
        SmfReplyRelay? current = _current;
        _current = null;
        current?.OnCallerLost();
        while (_waiting is not null && _waiting.TryDequeue(out SmfReplyRelay? waiting))
            waiting.OnCallerLost();
    }
}
