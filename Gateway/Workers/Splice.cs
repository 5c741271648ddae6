using System.Diagnostics;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Workers;

/// <summary>
/// A stretch of one connection's input on its way to another connection's output, through a pipe of the kernel and never
/// through this process. Pooled with its pipe: a body allocates nothing.
/// </summary>
/// <remarks>
/// It stands behind all that was written to the sink before, and nothing may be written to the sink until it has ended. A
/// byte counts as passed on when it has left the pipe, because until then it can still be lost.
/// </remarks>
internal sealed class Splice(IPipe pipe)
{
    private Connection? _source;
    private Connection? _sink;

    /// <summary>Whose input it is.</summary>
    public Connection Source => _source!;

    /// <summary>Whose output it becomes.</summary>
    public Connection Sink => _sink!;

    /// <summary>What has not reached the sink's socket yet.</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Of these, what is in the pipe.</summary>
    public int PipedBytes => pipe.Bytes;

    /// <summary>Of these, what is still to be received.</summary>
    public long UnreceivedBytes => BytesLeft - pipe.Bytes;

    public bool IsInUse => _source is not null;

    public void Begin(Connection source, Connection sink, long bytes)
    {
        Debug.Assert(!IsInUse && pipe.Bytes == 0 && bytes > 0);
        _source = source;
        _sink = sink;
        BytesLeft = bytes;
    }

    /// <summary>Fills the pipe with what the socket has of the stretch, and nothing behind it.</summary>
    public Transfer Fill(ISocket socket) => socket.Receive(pipe, (int)Math.Min(UnreceivedBytes, pipe.CapacityBytes - pipe.Bytes));

    /// <summary>Empties the pipe into the socket, as far as it takes it.</summary>
    public Transfer Empty(ISocket socket)
    {
        Transfer sent = socket.Send(pipe, moreFollows: false);
        BytesLeft -= sent.Bytes;
        return sent;
    }

    /// <summary>Takes what is in the pipe into memory, from where it still reaches the sink.</summary>
    public int Read(Span<byte> buffer)
    {
        int read = pipe.Read(buffer);
        BytesLeft -= read;
        return read;
    }

    /// <summary>Over, whether it was passed on whole or not.</summary>
    public void End()
    {
        _source = null;
        _sink = null;
        BytesLeft = 0;
    }

    public void Close() => pipe.Close();
}
