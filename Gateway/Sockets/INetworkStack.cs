namespace FrameRpc.Gateway.Sockets;

/// <summary>Creates the networks of workers and opens addresses: the kernel in the product, memory in tests.</summary>
internal interface INetworkStack
{
    INetwork CreateNetwork();

    /// <summary>Opens an address for listening, before workers start, so that an address in use is an error at start.</summary>
    /// <param name="address">The address to listen on.</param>
    /// <param name="workers">The number of sockets.</param>
    /// <param name="rights">Mode and owner, for a Unix socket.</param>
    /// <exception cref="IOException">The address is not available.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Its name cannot be resolved.</exception>
    IOpenedAddress Open(Address address, int workers, SocketRights rights);

    /// <summary>Makes the address known to all networks, so that workers can connect to it. Resolves names and so may block.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">Its name cannot be resolved.</exception>
    void Resolve(Address address);
}

/// <summary>An address opened for listening, with a socket for each worker.</summary>
internal interface IOpenedAddress : IDisposable
{
    /// <summary>The actual address: if port 0 was given, with the port that the kernel chose.</summary>
    Address Address { get; }

    /// <summary>Makes the address unreachable for new callers. Those that have already connected are still accepted.</summary>
    void Withdraw();
}

internal sealed class KernelNetworkStack : INetworkStack
{
    private readonly ResolvedAddresses _resolved = new();

    public INetwork CreateNetwork() => new EpollNetwork(_resolved);

    public IOpenedAddress Open(Address address, int workers, SocketRights rights) => ListenerSockets.Open(address, workers, rights);

    public void Resolve(Address address) => _resolved.Add(address);
}
