using System.Buffers.Binary;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>Whatever happens on the way, a call gets its own reply, whole, or an error; and when all is over nothing is left taken.</summary>
public sealed class SmfStoryTests
{
    private const int Callers = 16;
    private const int CallsEach = 60;

    private static readonly RequestId Answer = new(1);
    private static readonly RequestId Fail = new(2);

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    [Arguments(4)]
    [Arguments(5)]
    [Arguments(6)]
    public async Task Calls_of_all_sizes_through_splits_losses_timeouts_and_cancellations(int seed)
    {
        var transport = new InProcessTransport();
        var serverOptions = new SmfServerOptions { CallsMax = 7, MessageBytesMax = 300_000, MemoryBytesMax = 400_000 };
        var server = new SmfServer(transport, serverOptions)
            .Map(Answer, AnswerAsync)
            .Map(Fail, (_, _) => throw new RpcException(SmfStatus.TooManyRequests, Blame.Caller, "not now"));
        server.Start();
        var connector = new ChoppingConnector(transport, seed);
        var client = new SmfClient(connector, new SmfClientOptions
        {
            MessageBytesMax = 300_000,
            MemoryBytesMax = 500_000,
            Backoff = new Backoff { Initial = TimeSpan.FromMilliseconds(1), Max = TimeSpan.FromMilliseconds(5) },
        });

        int[] replies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(client, seed * 1000 + caller), Cancel)));
        await Assert.That(replies.Sum() > Callers * CallsEach / 4).IsTrue()
            .Because($"only {replies.Sum()} calls were answered, {connector.Lost} connections were lost");

        await client.DisposeAsync();
        await Assert.That(client.Memory.Taken).IsEqualTo(0);
        await server.StopAsync(TimeSpan.FromSeconds(20), Cancel);
        await server.Memory.TakeAsync(serverOptions.MemoryBytesMax, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await server.Calls.TakeAsync(serverOptions.CallsMax, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await server.DisposeAsync();
    }

    // The request, with every byte one higher; by way of another thread or not, as its first byte says.
    private static async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(SmfRequest request, CancellationToken cancel)
    {
        for (int hop = request.Payload.Span[0] % 4; hop > 0; hop--)
            await Task.Yield();
        byte[] reply = request.Payload.ToArray();
        for (int at = 0; at < reply.Length; at++)
            reply[at]++;
        return reply;
    }

    private static async Task<int> CallAsync(SmfClient client, int seed)
    {
        var random = new Random(seed);
        int replies = 0;
        for (int call = 0; call < CallsEach; call++)
        {
            byte[] payload = new byte[random.Next(8) == 0 ? random.Next(8, 200_000) : random.Next(8, 500)];
            random.NextBytes(payload);
            BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(payload.Length - 8), seed * 1000L + call);
            bool hasty = random.Next(10) == 0;
            bool fails = random.Next(10) == 0;
            using var giveUp = new CancellationTokenSource();
            if (random.Next(10) == 0)
                giveUp.CancelAfter(random.Next(3));
            var options = new CallOptions { WaitForReady = true, Timeout = TimeSpan.FromMilliseconds(hasty ? random.Next(1, 20) : 60_000) };
            try
            {
                using SmfReply reply = await client.CallAsync(fails ? Fail : Answer, payload, options, giveUp.Token);
                await Assert.That(fails).IsFalse();
                await Assert.That(reply.Payload.ToArray()).IsSequence([.. payload.Select(one => (byte)(one + 1))]);
                replies++;
            }
            catch (RpcReplyException e)
            {
                await Assert.That(fails).IsTrue();
                await Assert.That(e.Status).IsEqualTo(SmfStatus.TooManyRequests);
            }
            catch (RpcTimeoutException)
            {
                await Assert.That(hasty).IsTrue();
            }
            catch (OperationCanceledException e)
            {
                await Assert.That(e.CancellationToken).IsEqualTo(giveUp.Token);
            }
            catch (RpcConnectionException)
            {
                // The connection was lost in the middle of this call, or as it began.
            }
        }
        return replies;
    }
}
