using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Bench.Channels;

/// <summary>A download of octets from a frame server to a frame client in this process.</summary>
internal sealed class FrameStream : IAsyncDisposable
{
    /// <summary>
    /// Payloads of the longer download, whose allocations are compared with a shorter one's. All threads of the process are counted, so one that
    /// starts meanwhile adds about 3 KB: 5.7 bytes per frame over 512 frames, less than one over this many.
    /// </summary>
    public const int PayloadsMax = 4_128;

    private const int PayloadsMin = 32;

    private readonly FrameServer _server;
    private readonly FrameClient _client;

    private FrameStream(IListener listener, IConnector connector, Func<int, FrameBody> body)
    {
        _server = new FrameServer(listener).Map("Download", async (request, cancel) =>
            body(int.Parse((await request.ReadRawJsonAsync(cancel)).Span, NumberStyles.None, CultureInfo.InvariantCulture)));
        _server.Start();
        _client = new FrameClient(connector, new FrameClientOptions { ServerDrainsOctets = true });
    }

    /// <param name="body">Makes a download of this many payloads.</param>
    public static FrameStream OverUnix(Func<int, FrameBody> body)
    {
        string address = $"unix:{SocketPair.UnixPath()}";
        return new FrameStream(new SocketListener(address), new SocketConnector(address), body);
    }

    /// <param name="body">Makes a download of this many payloads.</param>
    public static FrameStream InProcess(Func<int, FrameBody> body)
    {
        var transport = new InProcessTransport();
        return new FrameStream(transport, transport, body);
    }

    /// <summary>One download. GiB/s.</summary>
    public async Task<double> DownloadAsync(int payloads)
    {
        await using FrameReply reply = await RequestAsync(payloads);
        long start = Stopwatch.GetTimestamp();
        return Rate.GiBPerSecond(await DrainAsync(reply.Octets), start);
    }

    /// <summary>Bytes allocated per additional frame of a download, on all threads, client and server.</summary>
    public async Task<double> AllocatedPerFrameAsync()
    {
        long less = await AllocatedAsync(PayloadsMin);
        return (double)(await AllocatedAsync(PayloadsMax) - less) / (PayloadsMax - PayloadsMin);
    }

    private async Task<long> AllocatedAsync(int payloads)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await using FrameReply reply = await RequestAsync(payloads);
        _ = await DrainAsync(reply.Octets);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private Task<FrameReply> RequestAsync(int payloads) =>
        _client.SendAsync("Download", FrameBody.RawJson(Encoding.ASCII.GetBytes(payloads.ToString(CultureInfo.InvariantCulture))), DataType.Octets);

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
