using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>Between a client and a server: passes bytes on in pieces of any size, and now and then loses a connection.</summary>
/// <param name="inner">Makes the connections to the server.</param>
/// <param name="seed">Decides the pieces and the losses.</param>
internal sealed class ChoppingConnector(IConnector inner, int seed) : IConnector
{
    private readonly Random _random = new(seed);

    public string Address => inner.Address;

    public int Lost { get; private set; }

    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        TransportConnection server = await inner.ConnectAsync(cancel);
        var pair = MemoryPair.Create(Address);
        _ = RelayAsync(pair.Server, server);
        return pair.Client;
    }

    private async Task RelayAsync(TransportConnection client, TransportConnection server)
    {
        Task requests = PassOnAsync(client.Input, server.Output);
        Task replies = PassOnAsync(server.Input, client.Output);
        _ = await Task.WhenAny(requests, replies);
        client.Abort();
        server.Abort();
        await Task.WhenAll(requests, replies);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    private async Task PassOnAsync(PipeReader from, PipeWriter to)
    {
        try
        {
            while (true)
            {
                ReadResult read = await from.ReadAsync();
                int piece = (int)Math.Min(read.Buffer.Length, Next(3) == 0 ? Next(20) + 1 : Next(60_000) + 1);
                byte[] bytes = read.Buffer.Slice(0, piece).ToArray();
                from.AdvanceTo(read.Buffer.GetPosition(piece));
                if (read.IsCanceled || bytes.Length == 0)
                    return;
                FlushResult written = await to.WriteAsync(bytes);
                if (written.IsCanceled || written.IsCompleted)
                    return;
                if (Next(2_000) == 0)
                {
                    Lost++;
                    return;
                }
            }
        }
        catch (IOException)
        {
            // One side has lost its connection; the other follows.
        }
    }

    private int Next(int below)
    {
        lock (_random)
            return _random.Next(below);
    }
}
