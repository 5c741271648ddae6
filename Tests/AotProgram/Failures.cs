using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.AotProgram;

/// <summary>What a caller gets when a call fails.</summary>
internal static class Failures
{
    private static readonly RequestId Fail = RequestId.ForEndpoint("Fail");

    public static Feature[] Features =>
    [
        new("failure: what a handler says", HandlersAsync),
        new("failure: a handler's exception, with details where they are wanted", DetailsAsync),
        new("failure: nobody serves the method", NobodyAsync),
        new("failure: too long for the limits", LimitsAsync),
        new("failure: a time limit", TimeoutsAsync),
        new("failure: a cancelled call", CancellationAsync),
        new("failure: nobody to connect to", NobodyThereAsync),
        new("failure: a server that breaks the format", BrokenFormatAsync),
        new("failure: the errors as objects", Errors),
    ];

    private static async Task HandlersAsync()
    {
        var refusal = new RpcException(SmfStatus.BadRequest, Blame.Caller, "not like this");
        await Ends.UseFrameAsync(server => server.Map("Fail", (_, _) => throw refusal), async client =>
        {
            RpcReplyException failure = await Expect.ThrowsAsync<RpcReplyException>(() => SendAsync(client));
            Expect.Equal((SmfStatus.BadRequest, Blame.Caller, "Fail: not like this"), (failure.Status, failure.Blame, failure.Message));
        });
        await Ends.UseSmfAsync(server => server.Map(Fail, (_, _) => throw refusal), async client =>
        {
            RpcReplyException failure = await Expect.ThrowsAsync<RpcReplyException>(() => CallAsync(client));
            Expect.Equal((SmfStatus.BadRequest, Blame.Caller), (failure.Status, failure.Blame));
        });
    }

    private static async Task DetailsAsync()
    {
        foreach (bool detailed in new[] { false, true })
        {
            await Ends.UseFrameAsync(
                server => server.Map("Fail", (_, _) => throw new InvalidOperationException("swordfish")),
                async client =>
                {
                    RpcReplyException failure = await Expect.ThrowsAsync<RpcReplyException>(() => SendAsync(client));
                    Expect.Equal(detailed, failure.Message.Contains("swordfish", StringComparison.Ordinal));
                },
                new FrameServerOptions { DetailedErrors = detailed });
        }
    }

    private static async Task NobodyAsync()
    {
        await Ends.UseFrameAsync(_ => { }, async client => Expect.Equal(Blame.Caller, (await Expect.ThrowsAsync<RpcReplyException>(() => SendAsync(client))).Blame));
        await Ends.UseSmfAsync(_ => { }, async client => Expect.Equal(SmfStatus.NotFound, (await Expect.ThrowsAsync<RpcReplyException>(() => CallAsync(client))).Status));
    }

    private static async Task LimitsAsync()
    {
        byte[] payload = new byte[100];
        await Ends.UseSmfAsync(
            SmfCalls.MapEcho,
            async client => Expect.Equal(SmfStatus.TooLarge, (await Expect.ThrowsAsync<RpcReplyException>(() => SmfCalls.CallEchoAsync(client, payload))).Status),
            With(new SmfServerOptions(), 99));
        await Ends.UseSmfAsync(
            SmfCalls.MapEcho,
            async client => Expect.Equal(SmfStatus.TooLarge, (await Expect.ThrowsAsync<RpcException>(() => SmfCalls.CallEchoAsync(client, payload))).Status),
            calling: With(new SmfClientOptions(), 99));
    }

    /// <summary>Every limit that servers have.</summary>
    private static T With<T>(T options, int messageBytesMax)
        where T : notnull => (T)(object)(options switch
        {
            ServerOptions server => server with
            {
                MessageBytesMax = messageBytesMax, MemoryBytesMax = 1000, CallsMax = 10, ConnectionsMax = 10, MessageTimeout = TimeSpan.FromSeconds(60),
                StallTimeout = TimeSpan.FromSeconds(60), TimeProvider = TimeProvider.System,
            },
            ClientOptions client => client with
            {
                MessageBytesMax = messageBytesMax, ConnectTimeout = TimeSpan.FromSeconds(60), Timeout = TimeSpan.FromSeconds(60), TimeProvider = TimeProvider.System,
            },
            _ => throw new ArgumentException("no options", nameof(options)),
        });

    private static async Task TimeoutsAsync()
    {
        var brief = new CallOptions { Timeout = TimeSpan.FromMilliseconds(20) };
        await Ends.UseFrameAsync(MapEndless, async client => await Expect.ThrowsAsync<RpcTimeoutException>(() => SendAsync(client, brief)));
        await Ends.UseSmfAsync(MapEndless, async client =>
        {
            RpcTimeoutException failure = await Expect.ThrowsAsync<RpcTimeoutException>(() => CallAsync(client, brief));
            Expect.Equal((SmfStatus.TimedOut, Blame.Connection), (failure.Status, failure.Blame));
        });
    }

    private static async Task CancellationAsync()
    {
        await Ends.UseFrameAsync(MapEndless, client => CancelAsync(cancel => SendAsync(client, cancel: cancel)));
        await Ends.UseSmfAsync(MapEndless, client => CancelAsync(cancel => CallAsync(client, cancel: cancel)));
    }

    private static async Task CancelAsync(Func<CancellationToken, Task> call)
    {
        using var cancel = new CancellationTokenSource();
        Task calling = call(cancel.Token);
        await cancel.CancelAsync();
        try
        {
            await calling;
            throw new InvalidOperationException("the cancelled call has ended well");
        }
        catch (OperationCanceledException)
        {
            // As it should be; which of its kinds is not promised.
        }
    }

    private static async Task NobodyThereAsync()
    {
        var transport = new InProcessTransport();
        await transport.DisposeAsync();
        await using var frame = new FrameClient(transport);
        await using var smf = new SmfClient(transport);
        Expect.True(!(await Expect.ThrowsAsync<RpcConnectionException>(() => SendAsync(frame))).MayHaveRun);
        Expect.True(!(await Expect.ThrowsAsync<RpcConnectionException>(() => CallAsync(smf))).MayHaveRun);
    }

    private static async Task BrokenFormatAsync()
    {
        var transport = new InProcessTransport();
        await using var client = new SmfClient(transport);
        Task call = CallAsync(client);
        await using TransportConnection caller = await transport.AcceptAsync(default);
        _ = await caller.Input.ReadAtLeastAsync(SmfHeader.Bytes);
        // The first session of a connection, with no payload, which the format does not have.
        new SmfHeader(SmfCompression.None, 0, Session: 1, Size: 0, Checksum: 0, SmfStatus.Ok).Write(caller.Output.GetSpan(SmfHeader.Bytes));
        caller.Output.Advance(SmfHeader.Bytes);
        _ = await caller.Output.FlushAsync();
        RpcProtocolException failure = await Expect.ThrowsAsync<RpcProtocolException>(() => call);
        Expect.Equal((SmfStatus.BadGateway, Blame.Server), (failure.Status, failure.Blame));
    }

    private static void Errors()
    {
        Expect.Equal(Blame.Caller, RpcReplyException.FromStatus(SmfStatus.NotFound, "Get").Blame);
        Expect.Equal(Blame.Undecided, new MessageHeaderRecord { Error = ReplyError.Undecided, ErrorMessage = "why" }.ToException("Get").Blame);
        Expect.True(new RpcTimeoutException("late") is RpcException and IOException);
        Expect.Equal(SmfStatus.Unavailable, new RpcConnectionException("lost", mayHaveRun: false).Status);
        Expect.Equal(SmfStatus.BadRequest, new RpcProtocolException("broken", Blame.Caller).Status);
    }

    private static void MapEndless(FrameServer server) => server.Map("Fail", async (_, cancel) =>
    {
        await Task.Delay(Timeout.Infinite, cancel);
        return FrameBody.None;
    });

    private static void MapEndless(SmfServer server) => server.Map(Fail, async (request, cancel) =>
    {
        await Task.Delay(Timeout.Infinite, cancel);
        return request.Payload;
    });

    private static async Task SendAsync(FrameClient client, CallOptions options = default, CancellationToken cancel = default)
    {
        await using FrameReply reply = await client.SendAsync("Fail", FrameBody.None, DataType.None, options, cancel);
    }

    private static async Task CallAsync(SmfClient client, CallOptions options = default, CancellationToken cancel = default)
    {
        using SmfReply reply = await client.CallAsync(Fail, "?"u8.ToArray(), options, cancel);
    }
}
