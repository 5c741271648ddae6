using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Sockets;

/// <summary>The kind of a stream. An operation that the kernel refuses for one socket is refused for all sockets of its kind.</summary>
internal enum SocketKind : byte
{
    Tcp,
    Unix,
}

/// <summary>
/// A connected, non-blocking stream. Implemented by the kernel's sockets, and in tests by an in-memory network that simulates splits, delays, resets
/// and full buffers from a seed.
/// </summary>
internal interface ISocket
{
    /// <summary>The handler of its readiness. Set once, before the first turn that could report it.</summary>
    IReadyHandler? Owner { get; set; }

    SocketKind Kind { get; }

    /// <summary>
    /// Whether its bytes on the wire are those of the stream, so that a pipe can carry them to another socket. If false, as for a stream that is
    /// encrypted in this process, <see cref="Receive(IPipe, int)"/> and <see cref="Send(IPipe, bool)"/> are never called.
    /// </summary>
    bool CanSplice { get; }

    /// <summary>
    /// Whether <see cref="Abort"/> reaches the peer as a reset. Unix sockets have none: the peer sees an orderly end, so a stream can be broken
    /// visibly only by the bytes that are sent.
    /// </summary>
    bool CanReset { get; }

    /// <summary>The peer's address, for people: <c>127.0.0.1:50000</c>, <c>[::1]:50000</c>, or <c>unix</c>, whose callers have none.</summary>
    string DescribePeer();

    /// <summary>The errno of a connection attempt; 0 if it succeeded. To be read once, after the first readiness.</summary>
    int ConnectError();

    Transfer Receive(Span<byte> buffer);

    /// <summary>
    /// Moves received bytes into the pipe. <see cref="TransferStatus.WouldBlock"/> means that the socket is empty or the pipe full.
    /// </summary>
    Transfer Receive(IPipe pipe, int bytesMax);

    /// <summary>
    /// How much must have arrived before the socket is reported as readable, unless the stream ends or its buffer is full; 1 by default. A receive
    /// returns less too. Sockets without such a mark report every byte.
    /// </summary>
    void SetReceiveLowWaterMark(int bytes);

    /// <param name="bytes">What to send.</param>
    /// <param name="moreFollows">More is sent at once: the kernel may wait for it, and wakes the peer once instead of twice.</param>
    Transfer Send(ReadOnlySpan<byte> bytes, bool moreFollows = false);

    /// <summary>Sends several pieces in order as one write.</summary>
    Transfer Send(ReadOnlySpan<Segment> segments, bool moreFollows = false);

    /// <summary>Sends from the pipe as much as the socket takes. Never called with an empty pipe.</summary>
    Transfer Send(IPipe pipe, bool moreFollows);

    /// <summary>Shuts down the sending direction; receiving continues.</summary>
    void EndSending();

    /// <summary>Closes in order: sent bytes still arrive, unless received bytes are left unread.</summary>
    void Close();

    /// <summary>Closes with a reset, so that the peer cannot take partial output for complete.</summary>
    void Abort();
}
