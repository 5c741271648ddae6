using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Tests.Peers;

/// <summary>How a stream ended.</summary>
public enum StreamEnd
{
    InOrder,
    Reset,
}

/// <summary>One end of a connection, blocking, for scripted callers and servers. Reads have a generous timeout.</summary>
internal sealed class Peer : IDisposable
{
    private const string UnixPrefix = "unix:";

    /// <summary>
    /// Those that the test has not closed. Without this, the garbage collector may close the connection of a peer that the test no longer
    /// refers to, and the other end sees it leave.
    /// </summary>
    private static readonly ConcurrentDictionary<Socket, bool> Open = new();

    private readonly Socket _socket;

    public Peer(Socket socket)
    {
        _socket = socket;
        Open[socket] = true;
        _socket.ReceiveTimeout = (int)Patience.Short.TotalMilliseconds;
        _socket.SendTimeout = (int)Patience.Short.TotalMilliseconds;
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
    }

    /// <param name="address">As in gateway.json: <c>127.0.0.1:11225</c> or <c>unix:/run/x.sock</c>.</param>
    public static Peer Connect(string address)
    {
        EndPoint endPoint = EndPointOf(address);
        Socket socket = NewSocket(endPoint);
        try
        {
            socket.Connect(endPoint);
            return new Peer(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether something listens there.</summary>
    public static bool CanConnect(string address)
    {
        try
        {
            using var peer = Connect(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static EndPoint EndPointOf(string address) =>
        address.StartsWith(UnixPrefix, StringComparison.Ordinal)
            ? new UnixDomainSocketEndPoint(address[UnixPrefix.Length..])
            : IPEndPoint.Parse(address);

    public static Socket NewSocket(EndPoint endPoint) =>
        endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[_socket.Send(bytes)..];
    }

    /// <summary>Received bytes, at most this many; 0 at the end of the stream.</summary>
    public int ReceiveSome(Span<byte> bytes) => _socket.Receive(bytes);

    /// <summary>Fills <paramref name="bytes"/>; false if the stream ended in order before the first byte.</summary>
    public bool TryReceive(Span<byte> bytes)
    {
        for (int received = 0; received < bytes.Length;)
        {
            int some = _socket.Receive(bytes[received..]);
            if (some == 0)
                return received == 0 ? false : throw new EndOfStreamException($"the stream ended after {received} of {bytes.Length} bytes");
            received += some;
        }
        return true;
    }

    public byte[] Receive(int count)
    {
        byte[] bytes = new byte[count];
        return TryReceive(bytes) ? bytes : throw new EndOfStreamException($"the stream ended before {count} bytes");
    }

    /// <summary>Reads until the end of the stream.</summary>
    public (byte[] Bytes, StreamEnd End) ReadToEnd()
    {
        var rest = new MemoryStream();
        byte[] some = new byte[4096];
        try
        {
            for (int received; (received = _socket.Receive(some)) > 0;)
                rest.Write(some, 0, received);
            return (rest.ToArray(), StreamEnd.InOrder);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            return (rest.ToArray(), StreamEnd.Reset);
        }
    }

    /// <summary>Shuts down the sending direction.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset, as when a process with unread bytes is killed.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    /// <inheritdoc cref="Closing.CloseAtOnce"/>
    public void CloseAtOnce()
    {
        Open.TryRemove(_socket, out _);
        _socket.CloseAtOnce();
    }

    public void Dispose()
    {
        Open.TryRemove(_socket, out _);
        _socket.Dispose();
    }
}
