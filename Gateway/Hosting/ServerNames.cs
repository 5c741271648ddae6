using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Hosting;

/// <summary>The names of servers, looked up once, before a worker starts, because a look-up waits and a worker may not.</summary>
internal static class ServerNames
{
    /// <summary>Throws <see cref="IOException"/> for a name that nobody knows.</summary>
    public static IReadOnlyDictionary<Address, KernelAddress> Resolve(GatewayOptions options)
    {
        var resolved = new Dictionary<Address, KernelAddress>();
        foreach (BackendOptions backend in options.Backends)
        {
            foreach (ServerOptions server in backend.Servers)
                Resolve(backend, server.Address, resolved);
        }
        return resolved;
    }

    private static void Resolve(BackendOptions backend, Address address, Dictionary<Address, KernelAddress> resolved)
    {
        if (address is DemoAddress)
            return;
        try
        {
            resolved[address] = KernelAddress.Resolve(address);
        }
        catch (SocketException unknown)
        {
            throw new IOException($"backend \"{backend.Name}\": the server name in {address} cannot be looked up: {unknown.Message}", unknown);
        }
    }
}
