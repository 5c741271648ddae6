using System.Diagnostics;
using System.Net.Sockets;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli;

/// <summary>A blocking connection for one call. The time limit is one for the whole call, however many pieces the reply comes in.</summary>
internal sealed class CallSocket : IDisposable
{
    private const int LeaveMs = 200;

    private readonly Socket _socket;
    private readonly TimeSpan _limit;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _replied;

    private CallSocket(Socket socket, TimeSpan limit)
    {
        _socket = socket;
        _limit = limit;
    }

    public static CallSocket Connect(Address address, TimeSpan limit)
    {
        Socket socket = address is UnixAddress
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var call = new CallSocket(socket, limit);
        try
        {
            using var cancel = new CancellationTokenSource(limit);
            Task connecting = address switch
            {
                UnixAddress unix => socket.ConnectAsync(new UnixDomainSocketEndPoint(unix.Path), cancel.Token).AsTask(),
                TcpAddress tcp => socket.ConnectAsync(tcp.Host, tcp.Port, cancel.Token).AsTask(),
                _ => throw new ArgumentException($"{address} cannot be connected to.", nameof(address)),
            };
            connecting.GetAwaiter().GetResult();
            return call;
        }
        catch (OperationCanceledException)
        {
            call.Dispose();
            throw new TimeoutException($"no connection within {DurationForm.Display(limit)}");
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>From before the connection was made until the last byte of the reply.</summary>
    public TimeSpan ReplyTime => Stopwatch.GetElapsedTime(_start, _replied);

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            _socket.SendTimeout = LeftMs();
            bytes = bytes[Try(_socket.Send(bytes, SocketFlags.None, out SocketError error), error)..];
        }
    }

    /// <summary>Fills all of <paramref name="bytes"/>.</summary>
    public void Receive(Span<byte> bytes, string what)
    {
        while (!bytes.IsEmpty)
        {
            _socket.ReceiveTimeout = LeftMs();
            int received = Try(_socket.Receive(bytes, SocketFlags.None, out SocketError error), error);
            if (received == 0)
                throw new EndOfStreamException($"the connection was closed before {what} had come whole");
            bytes = bytes[received..];
        }
        _replied = Stopwatch.GetTimestamp();
    }

    /// <summary>
    /// Sends what the format ends a connection with, and waits a moment for the other side's end, because closing over unread bytes would reset the connection.
    /// The reply is there, so nothing that goes wrong here fails the call.
    /// </summary>
    public void TakeLeave(ReadOnlySpan<byte> bytes)
    {
        _socket.SendTimeout = LeaveMs;
        _socket.ReceiveTimeout = LeaveMs;
        Span<byte> rest = stackalloc byte[256];
        _ = _socket.Send(bytes, SocketFlags.None, out SocketError error);
        // Bounded, for a server that would go on talking.
        for (int reads = 0; error is SocketError.Success && reads < 16; reads++)
        {
            if (_socket.Receive(rest, SocketFlags.None, out error) == 0)
                return;
        }
    }

    public void Dispose() => _socket.Dispose();

    private int Try(int count, SocketError error) => error switch
    {
        SocketError.Success => count,
        SocketError.TimedOut or SocketError.WouldBlock => throw TimedOut(),
        _ => throw new SocketException((int)error),
    };

    /// <summary>At least 1, because 0 means no limit to a socket.</summary>
    private int LeftMs()
    {
        double left = (_limit - Stopwatch.GetElapsedTime(_start)).TotalMilliseconds;
        return left > 0 ? (int)Math.Ceiling(left) : throw TimedOut();
    }

    private TimeoutException TimedOut() => new($"no whole reply within {DurationForm.Display(_limit)}");
}
