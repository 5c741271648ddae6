using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Clients whose server is away for a while.</summary>
internal static class Reconnecting
{
    private static readonly Backoff Quick = new()
    {
        Initial = TimeSpan.FromMilliseconds(5), Factor = 1.5, Max = TimeSpan.FromMilliseconds(50), Jitter = 0.2, Random = new Random(1),
    };

    public static Feature[] Features =>
    [
        new("back-off", Delays),
        new("reconnect: a frame client, and the states it goes through", FrameAsync),
        new("reconnect: an smf client, and the states it goes through", SmfAsync),
    ];

    private static void Delays()
    {
        Expect.True(Quick.After(1) < Quick.After(10));
        Expect.Equal(TimeSpan.FromSeconds(30), (new Backoff() with { Jitter = 0 }).After(1000));
    }

    private static Task FrameAsync() => UseAddressAsync(async address =>
    {
        await using var client = new FrameClient(
            address, new FrameClientOptions { Backoff = Quick, ConnectionsMax = 2, IdleTimeout = TimeSpan.FromSeconds(60) });
        Func<CallOptions, Task> call = async options =>
        {
            await using FrameReply reply = await client.SendAsync("Nothing", FrameBody.None, DataType.None, options);
        };
        await using (FrameServer first = Serve(address))
            await CallAsync(client.State, call);
        Task patient = await GoAwayAsync(call, () => client.State, client.WaitForStateChangeAsync);
        await using FrameServer second = Serve(address);
        await patient;
        Expect.Equal(ConnectivityState.Ready, client.State);
        await client.DisposeAsync();
        Expect.Equal(ConnectivityState.Shutdown, client.State);
    });

    private static Task SmfAsync() => UseAddressAsync(async address =>
    {
        await using var client = new SmfClient(address, new SmfClientOptions { Backoff = Quick, MemoryBytesMax = 128 << 20 });
        Func<CallOptions, Task> call = async options =>
        {
            using SmfReply reply = await client.CallAsync(SmfCalls.Echo, "payload"u8.ToArray(), options);
        };
        await using (SmfServer first = ServeSmf(address))
            await CallAsync(client.State, call);
        Task patient = await GoAwayAsync(call, () => client.State, client.WaitForStateChangeAsync);
        await using SmfServer second = ServeSmf(address);
        await patient;
        Expect.Equal(ConnectivityState.Ready, client.State);
        await client.DisposeAsync();
        Expect.Equal(ConnectivityState.Shutdown, client.State);
    });

    private static async Task CallAsync(ConnectivityState before, Func<CallOptions, Task> call)
    {
        Expect.Equal(ConnectivityState.Idle, before);
        await call(default);
    }

    /// <summary>The server is gone: a call fails at once, and another one waits until it is back.</summary>
    private static async Task<Task> GoAwayAsync(
        Func<CallOptions, Task> call, Func<ConnectivityState> state, Func<ConnectivityState, CancellationToken, Task<ConnectivityState>> change)
    {
        _ = await change(ConnectivityState.Ready, default);
        RpcConnectionException failure = await Expect.ThrowsAsync<RpcConnectionException>(() => call(default));
        Expect.True(!failure.MayHaveRun);
        Expect.Equal(ConnectivityState.TransientFailure, state());
        Task patient = call(new CallOptions { WaitForReady = true, Timeout = TimeSpan.FromSeconds(60) });
        _ = await change(ConnectivityState.TransientFailure, default);
        return patient;
    }

    private static async Task UseAddressAsync(Func<string, Task> use)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("frpc-aot-");
        try
        {
            await use($"unix:{folder.FullName}/server.sock");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static FrameServer Serve(string address)
    {
        FrameServer server = new FrameServer(address).Map("Nothing", (_, _) => ValueTask.FromResult(FrameBody.None));
        server.Start();
        return server;
    }

    private static SmfServer ServeSmf(string address)
    {
        var server = new SmfServer(address);
        SmfCalls.MapEcho(server);
        server.Start();
        return server;
    }
}
