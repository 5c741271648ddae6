using System.Diagnostics;
using System.IO.Pipelines;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Bench.Channels;

/// <summary>A download of octets from a frame server to a frame client in this process.</summary>
internal sealed class FrameStream : IAsyncDisposable
{
    private readonly FrameServer _server;
    private readonly FrameClient _client;

    private FrameStream(IListener listener, IConnector connector, Func<FrameBody> body)
    {
        _server = new FrameServer(listener).Map("Download", (_, _) => ValueTask.FromResult(body()));
        _server.Start();
        _client = new FrameClient(connector);
    }

    /// <summary>What the last download allocated for each frame, on all threads together.</summary>
    public double AllocatedPerFrame { get; private set; }

    public static FrameStream OverUnix(Func<FrameBody> body)
    {
        string address = $"unix:{SocketPair.UnixPath()}";
        return new FrameStream(new SocketListener(address), new SocketConnector(address), body);
    }

    public static FrameStream InProcess(Func<FrameBody> body)
    {
        var transport = new InProcessTransport();
        return new FrameStream(transport, transport, body);
    }

    /// <summary>One download. GiB/s.</summary>
    public async Task<double> DownloadAsync(int frameBytes)
    {
        await using FrameReply reply = await _client.SendAsync("Download", FrameBody.None, DataType.Octets);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        long bytes = await DrainAsync(reply.Octets);
        double rate = Rate.GiBPerSecond(bytes, start);
        AllocatedPerFrame = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / (bytes / frameBytes);
        return rate;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task<long> DrainAsync(PipeReader octets)
    {
        long bytes = 0;
        while (true)
        {
            ReadResult read = await octets.ReadAsync();
            bytes += read.Buffer.Length;
            octets.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return bytes;
        }
    }
}
