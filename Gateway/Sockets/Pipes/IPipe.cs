namespace FrameRpc.Gateway.Sockets.Pipes;

/// <summary>
/// A pipe through which bytes go from one socket to another inside the kernel: the kernel's own in the product, one in
/// memory in tests.
/// </summary>
/// <remarks>Filled and emptied by sockets, see <see cref="ISocket.Receive(IPipe, int)"/> and <see cref="ISocket.Send(IPipe, bool)"/>.</remarks>
internal interface IPipe
{
    /// <summary>What fits at best. Small pieces fill it earlier, for it has a place for each piece: a receive that moves nothing need not mean that the socket is empty.</summary>
    int CapacityBytes { get; }

    /// <summary>Bytes that were put in and not taken out.</summary>
    int Bytes { get; }

    /// <summary>Takes bytes out into memory, for those who cannot send them from the pipe. Not asked of an empty pipe.</summary>
    int Read(Span<byte> buffer);

    void Close();
}
