using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Bench.Channels;

/// <summary>Two connected sockets, without this library.</summary>
internal sealed class SocketPair : IDisposable
{
    private SocketPair(Socket near, Socket far)
    {
        Near = near;
        Far = far;
    }

    public Socket Near { get; }

    public Socket Far { get; }

    public static async Task<SocketPair> OverUnixAsync()
    {
        var endpoint = new UnixDomainSocketEndPoint(UnixPath());
        return await ConnectAsync(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), endpoint);
    }

    public static async Task<SocketPair> OverTcpAsync()
    {
        SocketPair pair = await ConnectAsync(
            new Socket(SocketType.Stream, ProtocolType.Tcp), new Socket(SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.IPv6Loopback, 0));
        pair.Near.NoDelay = pair.Far.NoDelay = true;
        return pair;
    }

    /// <summary>A unique path.</summary>
    public static string UnixPath() => Path.Combine(Path.GetTempPath(), $"frpc-bench-{Guid.NewGuid():n}.sock");

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }

    private static async Task<SocketPair> ConnectAsync(Socket listener, Socket near, EndPoint endpoint)
    {
        using (listener)
        {
            listener.Bind(endpoint);
            listener.Listen(1);
            await near.ConnectAsync(listener.LocalEndPoint!);
            return new SocketPair(near, await listener.AcceptAsync());
        }
    }
}
