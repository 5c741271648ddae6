using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Sockets;

/// <summary>What carries a stream. What the kernel refuses to do with one socket it refuses to all sockets of that kind.</summary>
internal enum SocketKind : byte
{
    Tcp,
    Unix,
}

/// <summary>
/// One connected stream, never blocking: the seam below the connections. The kernel's sockets implement it, and in tests an
/// in-memory network that plays every split, delay, reset and full buffer from a seed.
/// </summary>
internal interface ISocket
{
    /// <summary>The handler of its readiness. Set once, before the first turn that could report it.</summary>
    IReadyHandler? Owner { get; set; }

    SocketKind Kind { get; }

    /// <summary>
    /// Whether its bytes on the wire are the stream's own, so that a pipe can carry them to another socket. Where false, as for
    /// a stream that is encrypted in this process, <see cref="Receive(IPipe, int)"/> and <see cref="Send(IPipe, bool)"/> are never called.
    /// </summary>
    bool CanSplice { get; }

    /// <summary>
    /// Whether <see cref="Abort"/> reaches the peer as a reset. Unix sockets have none: their peer sees an orderly end, so that
    /// a stream can be broken visibly there only by the bytes that are sent.
    /// </summary>
    bool CanReset { get; }

    /// <summary>The peer's address, to be read by people: <c>127.0.0.1:50000</c>, <c>[::1]:50000</c>, or <c>unix</c>, whose callers have none.</summary>
    string DescribePeer();

    /// <summary>The errno a connection attempt ended with; 0 when it succeeded. To be read once, after the first readiness.</summary>
    int ConnectError();

    Transfer Receive(Span<byte> buffer);

    /// <summary>Moves what has come into the pipe, unseen. <see cref="TransferStatus.WouldBlock"/> means that the socket is empty or the pipe full.</summary>
    Transfer Receive(IPipe pipe, int bytesMax);

    /// <summary>
    /// How much must have arrived before it is reported as readable, unless the stream ends or its buffer is full; 1 by default.
    /// A receive takes less, too. Sockets without such a mark report every byte.
    /// </summary>
    void SetReceiveLowWaterMark(int bytes);

    /// <param name="bytes">What to send.</param>
    /// <param name="moreFollows">More is sent at once: the kernel may wait for it, and wakes the peer once instead of twice.</param>
    Transfer Send(ReadOnlySpan<byte> bytes, bool moreFollows = false);

    /// <summary>Sends several pieces in order as one write.</summary>
    Transfer Send(ReadOnlySpan<Segment> segments, bool moreFollows = false);

    /// <summary>Sends what the pipe holds, as far as the socket takes it. Never called with an empty pipe.</summary>
    Transfer Send(IPipe pipe, bool moreFollows);

    /// <summary>Ends the sending direction in order; receiving goes on.</summary>
    void EndSending();

    /// <summary>Closes in order: what was sent still arrives, if nothing that came in is left unread.</summary>
    void Close();

    /// <summary>Closes with a reset, so that the peer cannot take what it got for the whole.</summary>
    void Abort();
}
