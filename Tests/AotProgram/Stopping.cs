using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Servers that stop while a call is in flight.</summary>
internal static class Stopping
{
    public static Feature[] Features =>
    [
        new("stop: a frame server lets its calls end", () => StopFrameAsync(cutOff: false)),
        new("stop: a frame server cuts off what takes too long", () => StopFrameAsync(cutOff: true)),
        new("stop: an smf server lets its calls end", () => StopSmfAsync(cutOff: false)),
        new("stop: an smf server cuts off what takes too long", () => StopSmfAsync(cutOff: true)),
    ];

    private static async Task StopFrameAsync(bool cutOff)
    {
        var transport = new InProcessTransport();
        var held = new HeldCall();
        await using FrameServer server = new FrameServer(transport).Map("Hold", async (_, cancel) =>
        {
            await held.HoldAsync(cancel);
            return FrameBody.None;
        });
        server.Start();
        await using var client = new FrameClient(transport);
        await held.StopAsync(SendAsync(client), server.StopAsync, cutOff);
    }

    private static async Task StopSmfAsync(bool cutOff)
    {
        var transport = new InProcessTransport();
        var held = new HeldCall();
        await using SmfServer server = new SmfServer(transport).MapFallback(async (request, cancel) =>
        {
            await held.HoldAsync(cancel);
            return request.Payload;
        });
        server.Start();
        await using var client = new SmfClient(transport);
        await held.StopAsync(SmfCalls.CallEchoAsync(client, "payload"u8.ToArray()), server.StopAsync, cutOff);
    }

    private static async Task SendAsync(FrameClient client)
    {
        await using FrameReply reply = await client.SendAsync("Hold", FrameBody.None, DataType.None);
    }

    /// <summary>A call that ends when it is told to.</summary>
    private sealed class HeldCall
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task HoldAsync(CancellationToken cancel)
        {
            _begun.SetResult();
            await _end.Task.WaitAsync(cancel);
        }

        public async Task StopAsync(Task call, Func<TimeSpan, CancellationToken, Task> stop, bool cutOff)
        {
            await _begun.Task;
            if (cutOff)
            {
                await stop(TimeSpan.Zero, default);
                Expect.True((await Expect.ThrowsAsync<RpcConnectionException>(() => call)).MayHaveRun);
                return;
            }
            Task stopped = stop(Timeout.InfiniteTimeSpan, default);
            Expect.True(!stopped.IsCompleted && !call.IsCompleted);
            _end.SetResult();
            await stopped;
            await call;
        }
    }
}
