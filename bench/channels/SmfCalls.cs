using System.Diagnostics;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Bench.Channels;

/// <summary>Calls of 60 bytes from an smf client to an smf server in this process, over TCP.</summary>
internal sealed class SmfCalls : IAsyncDisposable
{
    /// <summary>Payload of a call and of its reply, in bytes.</summary>
    public const int PayloadBytes = 60;

    private static readonly RequestId Echo = RequestId.ForMethod("Bench", "Echo", "bench::Request", "bench::Reply");

    private readonly SmfServer _server;
    private readonly SmfClient _client;
    private readonly byte[] _payload = [.. Enumerable.Range(1, PayloadBytes).Select(number => (byte)number)];

    public SmfCalls()
    {
        _server = new SmfServer("127.0.0.1:0").Map(Echo, (request, _) => ValueTask.FromResult(request.Payload));
        _server.Start();
        _client = new SmfClient(_server.Address);
    }

    /// <summary>Bytes per call allocated during the last load, on all threads, client and server.</summary>
    public double AllocatedPerCall { get; private set; }

    /// <summary>The median time of a call, one at a time, in microseconds.</summary>
    public Task<double> MedianAsync(int calls) => Median.OfAsync(calls, CallAsync);

    /// <summary>Calls per second with this many in flight.</summary>
    public async Task<double> LoadAsync(int calls, int inFlight)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => CallAgainAndAgainAsync(calls / inFlight)));
        double rate = Rate.PerSecond(calls, start);
        AllocatedPerCall = (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / calls;
        return rate;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task CallAgainAndAgainAsync(int calls)
    {
        for (int call = 0; call < calls; call++)
            await CallAsync();
    }

    private async ValueTask CallAsync()
    {
        using SmfReply reply = await _client.CallAsync(Echo, _payload);
        if (reply.Payload.Length != PayloadBytes)
            throw new InvalidOperationException($"a reply has {reply.Payload.Length} bytes");
    }
}
