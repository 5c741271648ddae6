using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Sockets;

/// <summary>
/// The sockets of an event loop and their readiness: epoll in the product, a simulation in tests. Owned by one loop; only <see cref="Wake"/> may be
/// called from other threads.
/// </summary>
internal interface INetwork
{
    /// <summary>The worker's own socket of an opened address.</summary>
    /// <param name="opened">Opened by the stack of this network.</param>
    /// <param name="worker">The worker's number.</param>
    IListenerSocket Listen(IOpenedAddress opened, int worker);

    /// <summary>Starts to connect. At the first readiness of the socket, <see cref="ISocket.ConnectError"/> has the outcome.</summary>
    ISocket Connect(Address address);

    /// <summary>
    /// Two connected sockets, for servers embedded in this process. If they cannot be created, the near one fails as after <see cref="Connect"/>, and
    /// the far one breaks.
    /// </summary>
    (ISocket Near, ISocket Far) ConnectPair();

    /// <summary>A pipe between this network's sockets; null if none is available.</summary>
    IPipe? OpenPipe();

    /// <summary>Waits until something is ready, <see cref="Wake"/> is called or the time is over; −1 waits indefinitely, 0 only polls.</summary>
    void Wait(int timeoutMs);

    /// <summary>Takes the next socket or listener found ready by <see cref="Wait"/>.</summary>
    bool TryTakeReady(out IReadyHandler owner, out Readiness readiness);

    /// <summary>Ends a <see cref="Wait"/> now or as soon as it begins. Callable from any thread.</summary>
    void Wake();
}

/// <summary>An open listening socket of one worker.</summary>
internal interface IListenerSocket
{
    IReadyHandler? Owner { get; set; }

    /// <summary>Accepts a waiting connection.</summary>
    AcceptStatus Accept(out Arrival arrival);

    /// <summary>
    /// Makes it a socket of this worker, even if another worker accepted it on the same address. Null if it cannot be watched (epoll watches,
    /// memory); it is then reset.
    /// </summary>
    ISocket? TryAdopt(Arrival arrival);

    /// <summary>Closes it with a reset.</summary>
    void Refuse(Arrival arrival);

    void Close();
}

/// <summary>An accepted connection without a worker. It may pass between threads until a worker adopts it.</summary>
internal readonly record struct Arrival(int Descriptor);

internal enum AcceptStatus
{
    Accepted,
    /// <summary>No connection waits; readiness is reported when one does.</summary>
    Empty,
    /// <summary>That caller left before it was accepted; the next may be fine.</summary>
    CallerGone,
    /// <summary>Descriptors or memory have run out: try again later, without waiting for readiness.</summary>
    Exhausted,
}
