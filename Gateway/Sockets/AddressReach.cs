using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Gateway.Sockets;

/// <summary>From where an address that is listened on can be reached.</summary>
internal static class AddressReach
{
    /// <summary>
    /// Whether other machines can reach it: any TCP address that is not loopback. A name that cannot be resolved cannot be listened on either, which
    /// <see cref="AddressProbe"/> reports.
    /// </summary>
    public static bool IsBeyondThisMachine(Address address) => address is TcpAddress tcp && Resolve(tcp.Host).Any(ip => !IPAddress.IsLoopback(ip));

    private static IPAddress[] Resolve(string host)
    {
        try
        {
            // The resolver rejects 0.0.0.0 and [::], which are reachable from everywhere.
            return IPAddress.TryParse(host, out IPAddress? ip) ? [ip] : Dns.GetHostAddresses(host);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
