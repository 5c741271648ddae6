using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.AotProgram;

/// <summary>A server and a client of it, for as long as something uses them.</summary>
internal static class Ends
{
    public static async Task UseFrameAsync(
        Action<FrameServer> map, Func<FrameClient, Task> use, FrameServerOptions? serving = null, FrameClientOptions? calling = null)
    {
        var transport = new InProcessTransport();
        await using var server = new FrameServer(transport, serving);
        map(server);
        server.Start();
        await using var client = new FrameClient(transport, calling);
        await use(client);
    }

    public static async Task UseSmfAsync(Action<SmfServer> map, Func<SmfClient, Task> use, SmfServerOptions? serving = null, SmfClientOptions? calling = null)
    {
        var transport = new InProcessTransport();
        await using var server = new SmfServer(transport, serving);
        map(server);
        server.Start();
        await using var client = new SmfClient(transport, calling);
        await use(client);
    }
}
