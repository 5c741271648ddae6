using System.Net.Sockets;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Hosting;

/// <summary>Resolves the names of servers before workers use them, because a lookup blocks and a worker must not.</summary>
internal static class ServerNames
{
    /// <exception cref="IOException">A name cannot be resolved; the message says which.</exception>
    public static void Resolve(Snapshot snapshot, INetworkStack network)
    {
        foreach (BackendSpec backend in snapshot.Backends)
        {
            foreach (ServerSpec server in backend.Servers)
                Resolve(backend, server.Address, network);
        }
    }

    private static void Resolve(BackendSpec backend, Address address, INetworkStack network)
    {
        if (address is DemoAddress)
            return;
        try
        {
            network.Resolve(address);
        }
        catch (SocketException unknown)
        {
            throw new IOException($"backend \"{backend.Name}\": the server name in {address} cannot be looked up: {unknown.Message}", unknown);
        }
    }
}
