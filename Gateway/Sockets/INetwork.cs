using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Sockets;

/// <summary>
/// Where an event loop gets its sockets and learns which of them are ready: epoll in the product, a simulation in tests.
/// One loop owns it; only <see cref="Wake"/> may be called from other threads.
/// </summary>
internal interface INetwork
{
    /// <summary>The worker's own socket at an address that was opened.</summary>
    /// <param name="opened">By the stack that this network is of.</param>
    /// <param name="worker">The worker's number.</param>
    IListenerSocket Listen(IOpenedAddress opened, int worker);

    /// <summary>Begins to connect. With the first readiness of the socket, <see cref="ISocket.ConnectError"/> has the outcome.</summary>
    ISocket Connect(Address address);

    /// <summary>Two sockets connected with each other, for servers embedded in this process. Where they cannot be made, the near one fails as after <see cref="Connect"/>, and the far one breaks.</summary>
    (ISocket Near, ISocket Far) ConnectPair();

    /// <summary>A pipe between this network's sockets; null when none can be had just now.</summary>
    IPipe? OpenPipe();

    /// <summary>Waits until something is ready, <see cref="Wake"/> is called or the time is over; −1 waits without end, 0 only looks.</summary>
    void Wait(int timeoutMs);

    /// <summary>Takes the next socket or listener found ready by <see cref="Wait"/>.</summary>
    bool TryTakeReady(out IReadyHandler owner, out Readiness readiness);

    /// <summary>Ends a <see cref="Wait"/> now or as soon as it begins. From any thread.</summary>
    void Wake();
}

/// <summary>An open listening socket of one worker.</summary>
internal interface IListenerSocket
{
    IReadyHandler? Owner { get; set; }

    /// <summary>Accepts a waiting connection.</summary>
    AcceptStatus Accept(out Arrival arrival);

    /// <summary>Makes it a socket of this worker, also where another worker accepted it at the same address. Null where it cannot be watched (epoll watches, memory): then it is closed with a reset.</summary>
    ISocket? TryAdopt(Arrival arrival);

    /// <summary>Closes it with a reset.</summary>
    void Refuse(Arrival arrival);

    void Close();
}

/// <summary>A connection that was accepted and belongs to no worker yet. Until one adopts it, it may pass between threads.</summary>
internal readonly record struct Arrival(int Descriptor);

internal enum AcceptStatus
{
    Accepted,
    /// <summary>No connection waits; readiness is reported when one does.</summary>
    Empty,
    /// <summary>That caller was gone before it was accepted; the next may be fine.</summary>
    CallerGone,
    /// <summary>The process is out of file descriptors or memory: to be tried again later, without readiness.</summary>
    Exhausted,
}
