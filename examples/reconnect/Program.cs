using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Server;
using Reconnect;

// A client whose server goes away and comes back. Nobody tells it to connect again: it does so when a call needs a connection, and leaves a server that could
// not be reached alone for a while, longer after each failure.
var diary = new Diary();
// A Unix socket, whose name is free when the server wants it back. With TCP it is all the same.
string address = $"unix:{Path.Combine(Path.GetTempPath(), $"frpc-reconnect-{Environment.ProcessId}.sock")}";

await using var client = new FrameClient(address, new FrameClientOptions
{
    Backoff = new Backoff { Initial = TimeSpan.FromMilliseconds(100), Factor = 1.6, Max = TimeSpan.FromSeconds(1), Jitter = 0.2 },
    Logger = diary,
});
var clock = new ClockClient(client);
Task watch = WatchAsync(client, diary);

FrameServer server = Serve();
await CallAsync("the server is up", default);

await server.StopAsync(grace: TimeSpan.FromSeconds(1));
diary.Write("the server has stopped");
// The client sees it by itself, without a call.
await client.WaitForStateChangeAsync(ConnectivityState.Ready);
// Calls fail at once, and say so in a way that a program can act on: with MayHaveRun false, nothing was executed, and another server may be asked.
await CallAsync("no wait", default);
// This one comes while the back-off lasts: it does not even try to connect.
await CallAsync("no wait, again", default);

// A call may wait for the server instead. The client then tries again by itself until the call's time is up.
Task patient = CallAsync("wait for ready", new CallOptions { WaitForReady = true, Timeout = TimeSpan.FromSeconds(30) });
await CallAsync("wait for ready, but not for long", new CallOptions { WaitForReady = true, Timeout = TimeSpan.FromMilliseconds(200) });
await Task.Delay(TimeSpan.FromSeconds(1));
server = Serve();
diary.Write("the server is back");
await patient;

await client.DisposeAsync();
await watch;
await server.DisposeAsync();

FrameServer Serve()
{
    FrameServer started = new FrameServer(address).MapClock(new Clock());
    started.Start();
    return started;
}

async Task CallAsync(string what, CallOptions options)
{
    try
    {
        await clock.NowAsync(options);
        diary.Write($"call, {what}: succeeded");
    }
    catch (RpcConnectionException failure)
    {
        diary.Write($"call, {what}: failed, may have run: {failure.MayHaveRun}");
    }
    catch (RpcTimeoutException)
    {
        diary.Write($"call, {what}: timed out");
    }
}

// What a health page or a metric would show.
static async Task WatchAsync(FrameClient client, Diary diary)
{
    ConnectivityState state = client.State;
    while (state is not ConnectivityState.Shutdown)
    {
        diary.Write($"  state: {state}");
        state = await client.WaitForStateChangeAsync(state);
    }
    diary.Write($"  state: {state}");
}
