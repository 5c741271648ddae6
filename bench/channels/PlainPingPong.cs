using System.Net.Sockets;

namespace FrameRpc.Bench.Channels;

/// <summary>The same bytes to and fro over TCP without this library: the lower bound for the time of a call.</summary>
internal sealed class PlainPingPong : IDisposable
{
    private readonly SocketPair _pair;
    private readonly byte[] _message;

    private PlainPingPong(SocketPair pair, int messageBytes)
    {
        _pair = pair;
        _message = new byte[messageBytes];
        _ = EchoAsync();
    }

    public static async Task<PlainPingPong> StartAsync(int messageBytes) => new(await SocketPair.OverTcpAsync(), messageBytes);

    /// <summary>The median time of a round trip, in microseconds.</summary>
    public Task<double> MedianAsync(int trips) => Median.OfAsync(trips, async () =>
    {
        _ = await _pair.Near.SendAsync(_message);
        await ReceiveAllAsync(_pair.Near, _message);
    });

    public void Dispose() => _pair.Dispose();

    private async Task EchoAsync()
    {
        byte[] message = new byte[_message.Length];
        try
        {
            while (true)
            {
                await ReceiveAllAsync(_pair.Far, message);
                _ = await _pair.Far.SendAsync(message);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The measurement is over.
        }
    }

    private static async ValueTask ReceiveAllAsync(Socket socket, Memory<byte> message)
    {
        while (!message.IsEmpty)
        {
            int received = await socket.ReceiveAsync(message);
            message = received > 0 ? message[received..] : throw new EndOfStreamException();
        }
    }
}
