using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>The sending half of a connection: bytes written but not sent, and why they wait.</summary>
/// <remarks>
/// Hot path: one send for everything written in a turn, and no allocation. A connection that breaks, or has no memory for what is written, is
/// reported at the end of the turn and not by the write, which happens while another connection is being read. A struct, so that an idle connection
/// stays one object.
/// </remarks>
internal struct ConnectionOutput(Connection connection)
{
    /// <summary>See <see cref="HasRoom"/>.</summary>
    private const int LowBytes = 64 * 1024;

    public OutputQueue Queue;
    private bool _sendQueued;

    /// <summary>The part of another connection's input that is spliced into this output, after <see cref="Queue"/>.</summary>
    public Splice? Splice { get; set; }

    /// <summary>The errno that ended sending, or 0.</summary>
    public int Error { get; private set; }

    /// <summary>The peer currently accepts nothing.</summary>
    public bool IsBlocked { get; private set; }

    /// <inheritdoc cref="Connection.LastSentMs"/>
    public long LastSentMs { get; private set; }

    /// <inheritdoc cref="Connection.BytesSent"/>
    public long BytesSent { get; private set; }

    /// <inheritdoc cref="Connection.OutputBytes"/>
    public readonly int Bytes => Queue.Bytes + PipedBytes;

    /// <inheritdoc cref="Connection.HasOutputRoom"/>
    public readonly bool HasRoom => Queue.Bytes <= LowBytes && PipedBytes == 0;

    public readonly bool CanSend => !IsBlocked && Error == 0;

    private readonly int PipedBytes => Splice?.PipedBytes ?? 0;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        ThrowIfSpliced();
        if (bytes.Length >= Connection.DirectSendBytesMin && Queue.IsEmpty)
            bytes = bytes[SendDirectly(bytes)..];
        if (!bytes.IsEmpty && connection.State is not ConnectionState.Closed)
            Append(bytes);
    }

    public bool TryReserve(int bytes, out Span<byte> room)
    {
        ThrowIfSpliced();
        if (Queue.TryReserve(connection.Loop.Blocks, bytes, out room))
            return true;
        connection.Loop.NoteBufferRefused();
        return false;
    }

    public void WriteReserved(ReadOnlySpan<byte> message, Span<byte> room)
    {
        if (message.Length >= Connection.DirectSendBytesMin && Queue.IsEmpty)
            message = message[SendDirectly(message)..];
        if (message.IsEmpty)
        {
            Queue.Clear();
            return;
        }
        message.CopyTo(room);
        Advance(message.Length);
    }

    /// <summary>Adds bytes that were written in place.</summary>
    public void Advance(int bytes)
    {
        Queue.Advance(bytes);
        QueueSend();
    }

    /// <summary>Keeps the bytes until the end of the turn. Nothing may be sent after a gap, so nothing is kept after an error.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Error == 0 && !Queue.TryAppend(connection.Loop.Blocks, bytes))
        {
            connection.Loop.NoteBufferRefused();
            Error = Libc.ENOMEM;
        }
        QueueSend();
    }

    public void QueueSend()
    {
        if (_sendQueued)
            return;
        _sendQueued = true;
        connection.Loop.SendAtEndOfTurn(connection);
    }

    public void HandleWritable()
    {
        if (!IsBlocked)
            return;
        IsBlocked = false;
        QueueSend();
    }

    /// <summary>Called at the end of the turn: sends what the socket takes.</summary>
    public void Send()
    {
        _sendQueued = false;
        if (connection.State is ConnectionState.Closed or ConnectionState.Connecting)
            return;
        Splice?.SendToSink();
        while (!Queue.IsEmpty && CanSend)
            SendQueue(moreFollows: false);
        connection.HandleSent();
    }

    /// <summary>Sends once from the queue, which is not empty.</summary>
    public void SendQueue(bool moreFollows) => Note(Queue.SendTo(connection.Socket, moreFollows));

    /// <summary>Records the result of a send.</summary>
    public void Note(Transfer sent)
    {
        if (sent.Status == TransferStatus.WouldBlock)
            IsBlocked = true;
        else if (sent.Status == TransferStatus.Failed)
            Error = sent.Error;
        else
            LastSentMs = connection.Loop.NowMs;
        BytesSent += sent.Bytes;
    }

    /// <summary>Sends bytes from where they are, as far as the socket takes them; returns how many were sent.</summary>
    private int SendDirectly(ReadOnlySpan<byte> bytes)
    {
        int sent = 0;
        while (sent < bytes.Length && CanSend && connection.State == ConnectionState.Open)
        {
            Transfer transfer = connection.Socket.Send(bytes[sent..]);
            Note(transfer);
            sent += transfer.Bytes;
        }
        if (Error != 0)
            QueueSend();
        return sent;
    }

    private readonly void ThrowIfSpliced()
    {
        if (Splice is not null)
            throw new InvalidOperationException("written into the middle of a body that is being spliced");
    }
}
