using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary>
/// Asks the admin endpoint of a gateway, over one connection that is kept: its end is the end of that gateway, whoever listens
/// at the address afterwards.
/// </summary>
/// <remarks>As much of HTTP as the endpoint answers with. HttpClient would add 3.2 MiB to the binary.</remarks>
internal sealed class AdminClient : IAsyncDisposable
{
    /// <summary>The configuration of a gateway with a thousand routes has a third of this.</summary>
    private const int ReplyBytesMax = 1 << 20;

    /// <summary>For a connection to be made, and for each answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TransportConnection _connection;

    private AdminClient(TransportConnection connection) => _connection = connection;

    /// <summary>Throws <see cref="System.Net.Sockets.SocketException"/> where nobody listens, and <see cref="OperationCanceledException"/> where it takes too long.</summary>
    public static async Task<AdminClient> ConnectAsync(Address address)
    {
        using var patience = new CancellationTokenSource(Patience);
        // Where the gateway listens at all addresses, 0.0.0.0 or [::], the kernel takes these for loopback.
        return new AdminClient(await new SocketConnector(address.ToString()).ConnectAsync(patience.Token));
    }

    /// <summary>Throws <see cref="IOException"/> when the connection ends before the answer has come, and <see cref="OperationCanceledException"/> where none comes.</summary>
    /// <param name="method">Of HTTP.</param>
    /// <param name="path">With its query.</param>
    /// <param name="token">What gives the right to it, or null.</param>
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
                throw new InvalidDataException("the response is longer than {ReplyBytesMax} bytes");
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new EndOfStreamException("the connection was closed");
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
