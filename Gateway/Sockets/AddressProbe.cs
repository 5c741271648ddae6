using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Gateway.Sockets;

/// <summary>Checks whether a gateway that has not been started yet could listen on an address.</summary>
internal static class AddressProbe
{
    /// <summary>Why the address cannot be listened on, or null.</summary>
    public static string? FindProblem(Address address) => address switch
    {
        TcpAddress tcp => FindTcpProblem(tcp),
        UnixAddress unix => FindUnixProblem(unix.Path),
        _ => $"{address} cannot be listened on",
    };

    private static string? FindTcpProblem(TcpAddress address)
    {
        IPAddress[] resolved;
        try
        {
            // The resolver rejects 0.0.0.0 and [::], which are valid to listen on.
            resolved = IPAddress.TryParse(address.Host, out IPAddress? ip) ? [ip] : Dns.GetHostAddresses(address.Host);
        }
        catch (SocketException e)
        {
            return $"the host name \"{address.Host}\" cannot be resolved: {e.Message}";
        }
        // A name may have addresses of a family that this machine lacks; one that can be listened on is enough.
        SocketError[] errors = [.. resolved.Select(one => TryListen(new IPEndPoint(one, address.Port)))];
        if (errors.Contains(SocketError.AddressAlreadyInUse))
            return $"address in use: something else listens on {address}";
        return errors.Length == 0 || errors.Contains(SocketError.Success) ? null : Describe(errors[0], address);
    }

    /// <summary>
    /// Listens for a moment. .NET's bind sets SO_REUSEADDR, so connections in TIME_WAIT do not matter. SO_REUSEPORT stays off, although workers set
    /// it: with it, the bind would succeed next to another gateway on the same port, which would then get half of the callers.
    /// (SocketOptionName.ReuseAddress cannot be used: on Linux it sets SO_REUSEPORT.)
    /// </summary>
    private static SocketError TryListen(IPEndPoint endPoint)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
            socket.Listen(1);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static string Describe(SocketError error, TcpAddress address) => error switch
    {
        SocketError.AddressNotAvailable => $"{address.Host} is not an address of this machine",
        SocketError.AccessDenied => $"no permission to listen on port {address.Port}; ports below 1024 need the capability CAP_NET_BIND_SERVICE",
        SocketError.AddressFamilyNotSupported => $"this machine does not support the address family of {address.Host}",
        _ => $"{address} cannot be listened on: {error}",
    };

    private static string? FindUnixProblem(string path)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(directory))
            return $"the directory {directory} does not exist";
        if (!FileSystem.IsWritable(directory))
            return $"the directory {directory} cannot be written to, so no socket can be created in it";
        return FileSystem.Look(path)?.Kind switch
        {
            null => null,
            FileKind.Socket => FindUnixListener(path),
            _ => $"{path} exists and is not a socket; the gateway does not delete it",
        };
    }

    private static string? FindUnixListener(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            // A listener whose queue is full is in use too; a blocking connect would wait for it.
            socket.Blocking = false;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return $"address in use: something else listens on unix:{path}";
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                // Left over from a process that has ended: the gateway replaces it.
                SocketError.ConnectionRefused => null,
                SocketError.WouldBlock or SocketError.IOPending => $"address in use: something else listens on unix:{path}",
                _ => $"the socket {path} cannot be checked: {e.Message}",
            };
        }
    }
}
