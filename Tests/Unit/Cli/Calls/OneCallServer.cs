using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>Takes one connection, reads what the test expects to be sent, answers with fixed bytes, and closes.</summary>
internal sealed class OneCallServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Task<byte[]> _serving;

    public OneCallServer(int requestBytes, byte[] reply, string? unixPath = null)
    {
        _listener = unixPath is null
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(unixPath is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(unixPath));
        _listener.Listen(1);
        Address = unixPath is null ? _listener.LocalEndPoint!.ToString()! : $"unix:{unixPath}";
        _serving = Serve(requestBytes, reply);
    }

    public string Address { get; }

    /// <summary>What the caller sent before the reply.</summary>
    public Task<byte[]> Request => _serving.WaitAsync(TimeSpan.FromSeconds(10));

    public void Dispose() => _listener.Dispose();

    private async Task<byte[]> Serve(int requestBytes, byte[] reply)
    {
        using Socket connection = await _listener.AcceptAsync();
        byte[] request = new byte[requestBytes];
        for (int read = 0; read < requestBytes;)
        {
            int received = await connection.ReceiveAsync(request.AsMemory(read));
            if (received == 0)
                return request[..read];
            read += received;
        }
        await connection.SendAsync(reply);
        connection.Shutdown(SocketShutdown.Send);
        try
        {
            // Until the caller has closed too, so that nothing it sends meets a reset.
            while (await connection.ReceiveAsync(new byte[4096]) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            // It has what it wanted, and left without a word.
        }
        return request;
    }
}
