using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Calls of the smf format by hand.</summary>
internal static class SmfCalls
{
    public static readonly RequestId Echo = RequestId.ForEndpoint("Echo");
    private static readonly RequestId Slow = RequestId.ForEndpoint("Slow");

    public static Feature[] Features =>
    [
        new("smf: a call", CallAsync),
        new("smf: many calls at once", ManyAsync),
        new("smf: a method that nobody else serves", FallbackAsync),
        new("smf: a reply that comes too late", LateAsync),
    ];

    public static void MapEcho(SmfServer server) => server.Map(Echo, (request, _) => ValueTask.FromResult(request.Payload), "Echo");

    /// <summary>A call whose reply has to be what was sent.</summary>
    public static async Task CallEchoAsync(SmfClient client, ReadOnlyMemory<byte> payload)
    {
        using SmfReply reply = await client.CallAsync(Echo, payload);
        Expect.Equal(SmfStatus.Ok, reply.Status);
        Expect.Bytes(payload.Span, reply.Payload.Span);
    }

    private static Task CallAsync() => Ends.UseSmfAsync(MapEcho, client => CallEchoAsync(client, "payload"u8.ToArray()));

    private static Task ManyAsync() => Ends.UseSmfAsync(
        MapEcho, client => Task.WhenAll(Enumerable.Range(1, 200).Select(length => CallEchoAsync(client, Patterns.Make(100 * length)))));

    private static Task FallbackAsync()
    {
        SmfHandler handler = (request, _) =>
        {
            Describe(request);
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(default);
        };
        return Ends.UseSmfAsync(server => server.MapFallback(handler), async client =>
        {
            using SmfReply reply = await client.CallAsync(Slow, "?"u8.ToArray());
            Expect.Bytes(SmfEmptyReply.Payload, reply.Payload.Span);
        });
    }

    private static void Describe(SmfRequest request)
    {
        Expect.Equal(Slow, request.Id);
        Expect.Equal("in process", request.Peer);
    }

    private static Task LateAsync()
    {
        var late = new TaskCompletionSource();
        return Ends.UseSmfAsync(
            server =>
            {
                MapEcho(server);
                _ = server.Map(Slow, async (request, _) =>
                {
                    await late.Task;
                    return request.Payload.ToArray();
                });
            },
            async client =>
            {
                ValueTask<SmfReply> slow = client.CallAsync(Slow, "?"u8.ToArray(), new CallOptions { Timeout = TimeSpan.FromMilliseconds(20) });
                _ = await Expect.ThrowsAsync<RpcTimeoutException>(slow.AsTask);
                late.SetResult();
                while (client.LateReplies == 0)
                    await CallEchoAsync(client, "payload"u8.ToArray());
            });
    }
}
