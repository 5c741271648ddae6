using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary>
/// A client for the admin endpoints, over one connection that is kept open: when it ends, that gateway has ended, even if another one listens at the
/// address afterwards.
/// </summary>
/// <remarks>Implements only the HTTP that the endpoints use. HttpClient would add 3.2 MiB to the binary.</remarks>
internal sealed class AdminClient : IAsyncDisposable
{
    /// <summary>Three times the configuration of a gateway with a thousand routes.</summary>
    private const int ReplyBytesMax = 1 << 20;

    /// <summary>Time limit for connecting, and for each reply.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TransportConnection _connection;

    private AdminClient(TransportConnection connection) => _connection = connection;

    /// <exception cref="System.Net.Sockets.SocketException">The connection is refused.</exception>
    /// <exception cref="OperationCanceledException">It takes too long.</exception>
    public static async Task<AdminClient> ConnectAsync(Address address)
    {
        using var patience = new CancellationTokenSource(Patience);
        // The kernel takes 0.0.0.0 and [::], for a gateway that listens on all addresses, as loopback.
        return new AdminClient(await new SocketConnector(address.ToString()).ConnectAsync(patience.Token));
    }

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">With its query.</param>
    /// <param name="token">The token to send, or null.</param>
    /// <exception cref="IOException">The connection ended before the reply was complete.</exception>
    /// <exception cref="OperationCanceledException">The reply takes too long.</exception>
    public async Task<AdminReply> AskAsync(string method, string path, string? token = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        string right = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        byte[] request = Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{right}Content-Length: 0\r\n\r\n");
        await _connection.Output.WriteAsync(request, patience.Token);
        PipeReader input = _connection.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync(patience.Token);
            if (AdminReply.TryRead(read.Buffer.ToArray(), out AdminReply? reply, out int length))
            {
                input.AdvanceTo(read.Buffer.GetPosition(length));
                return reply;
            }
            if (read.Buffer.Length > ReplyBytesMax)
                throw new InvalidDataException($"the response is longer than {ReplyBytesMax} bytes");
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new EndOfStreamException("the connection was closed");
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
