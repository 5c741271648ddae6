using System.Collections.Concurrent;

namespace FrameRpc.Gateway.Sockets;

/// <summary>Servers' addresses in the kernel's form, looked up beforehand: a look-up waits, and a worker may not. Added to by the control plane, read by workers.</summary>
internal sealed class ResolvedAddresses
{
    private readonly ConcurrentDictionary<Address, KernelAddress> _known = new();

    /// <exception cref="System.Net.Sockets.SocketException">A name cannot be looked up.</exception>
    public ResolvedAddresses(params ReadOnlySpan<Address> addresses)
    {
        foreach (Address address in addresses)
            Add(address);
    }

    public KernelAddress this[Address address] => _known[address];

    /// <exception cref="System.Net.Sockets.SocketException">The name cannot be looked up.</exception>
    public void Add(Address address) => _known[address] = KernelAddress.Resolve(address);
}
