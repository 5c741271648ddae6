using System.Threading.Channels;

namespace FrameRpc.Protocol.Transports;

/// <summary>Connects client and server in one process, without a socket: give the same object to both.</summary>
/// <param name="name">The name of each side for the other.</param>
public sealed class InProcessTransport(string name = "in process") : IConnector, IListener
{
    private const int WaitingMax = 128;

    private readonly Channel<TransportConnection> _waiting = Channel.CreateBounded<TransportConnection>(WaitingMax);

    /// <inheritdoc cref="IConnector.Address"/>
    public string Address => name;

    /// <summary>Establishes one connection. It waits while 128 others wait to be accepted.</summary>
    /// <exception cref="IOException">The server has stopped.</exception>
    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        MemoryPair pair = MemoryPair.Create(name);
        try
        {
            await _waiting.Writer.WriteAsync(pair.Server, cancel).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new IOException($"{name}: the server has stopped");
        }
        return pair.Client;
    }

    /// <inheritdoc/>
    public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) => _waiting.Reader.ReadAsync(cancel);

    /// <summary>Refuses further connections, and drops those that have not been accepted.</summary>
    public async ValueTask DisposeAsync()
    {
        _ = _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out TransportConnection? unaccepted))
        {
            unaccepted.Abort();
            await unaccepted.DisposeAsync().ConfigureAwait(false);
        }
    }
}
