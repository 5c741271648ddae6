namespace FrameRpc.Gateway.Sockets;

/// <summary>Makes the networks of workers and opens addresses: the kernel in the product, memory in tests.</summary>
internal interface INetworkStack
{
    /// <summary>The network of one worker.</summary>
    INetwork CreateNetwork();

    /// <summary>Opens an address for listening, before a worker starts, so that an address in use is an error at the start.</summary>
    /// <param name="address">What is listened on.</param>
    /// <param name="workers">How many sockets are wanted.</param>
    /// <param name="rights">Who may connect, where the address is a Unix socket's.</param>
    /// <exception cref="IOException">The address cannot be had.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Its name cannot be looked up.</exception>
    IOpenedAddress Open(Address address, int workers, SocketRights rights);

    /// <summary>Makes the address known to all networks, so that workers can connect to it. Looks names up, and so may wait.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">Its name cannot be looked up.</exception>
    void Resolve(Address address);
}

/// <summary>An address opened for listening, with a socket for each worker.</summary>
internal interface IOpenedAddress : IDisposable
{
    /// <summary>The address as it came out: with the port that the kernel chose where port 0 was asked for.</summary>
    Address Address { get; }

    /// <summary>Nothing new finds the address from now on. Callers that found it already are accepted.</summary>
    void Withdraw();
}

/// <summary>The network of the machine.</summary>
internal sealed class KernelNetworkStack : INetworkStack
{
    private readonly ResolvedAddresses _resolved = new();

    public INetwork CreateNetwork() => new EpollNetwork(_resolved);

    public IOpenedAddress Open(Address address, int workers, SocketRights rights) => ListenerSockets.Open(address, workers, rights);

    public void Resolve(Address address) => _resolved.Add(address);
}
