using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Hosting.Logging;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>A client whose server and whose clock are the test. When it is disposed, nothing may be left of the client's memory.</summary>
public abstract class ScriptedSmf : IAsyncDisposable
{
    private protected ScriptedSmf(Func<SmfClientOptions, SmfClientOptions>? options = null)
    {
        var plain = new SmfClientOptions { TimeProvider = Clock, Logger = Log };
        Client = new SmfClient(Connector, options is null ? plain : options(plain));
    }

    private protected static RequestId Id => new(0x6ad4023d);

    private protected static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    private protected ManualTimeProvider Clock { get; } = new();

    private protected LogBook Log { get; } = new();

    private protected ScriptedConnector Connector { get; } = new();

    private protected SmfClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Assert.That(Client.Memory.Taken).IsEqualTo(0);
        GC.SuppressFinalize(this);
    }

    private protected Task<SmfReply> CallAsync(params byte[] payload) => CallAsync(default, payload);

    private protected Task<SmfReply> CallAsync(CallOptions options, byte[] payload, CancellationToken? cancel = null) =>
        Client.CallAsync(Id, payload, options, cancel ?? Cancel).AsTask();

    private protected async Task<SmfPeer> ServerAsync() => new(await Connector.NextAsync());

    /// <summary>Makes a call that the server receives.</summary>
    private protected async Task<(Task<SmfReply> Call, SmfHeader Request)> BeginAsync(SmfPeer server, CallOptions options = default, CancellationToken? cancel = null)
    {
        Task<SmfReply> call = CallAsync(options, [1], cancel);
        return (call, (await server.ReceiveAsync()).Header);
    }

    /// <summary>Makes the first call, and answers it.</summary>
    private protected async Task<SmfPeer> ConnectAsync()
    {
        Task<SmfReply> call = CallAsync(1);
        SmfPeer server = await ServerAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [2]);
        using SmfReply reply = await call;
        return server;
    }

    /// <summary>Makes a call and answers it: what the server sent before has been dealt with then.</summary>
    private protected async Task RoundTripAsync(SmfPeer server)
    {
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.ReplyAsync(request, [7]);
        using SmfReply reply = await call;
        await Assert.That(reply.Payload.ToArray()).IsSequence([7]);
    }
}
