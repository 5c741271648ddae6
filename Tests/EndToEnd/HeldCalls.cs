using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Servers that take calls and answer them when they are told to.</summary>
internal sealed class HeldCalls : IDisposable
{
    private readonly ManualResetEventSlim _letGo = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly ScriptedServer _smf, _frames;

    public HeldCalls()
    {
        _smf = new ScriptedServer("127.0.0.1:0", peer => Serve(peer, SmfMessage.Read, request => (request with { Meta = 200 }).ToBytes()));
        _frames = new ScriptedServer("127.0.0.1:0", peer => Serve(peer, FrameMessage.Read, request => FrameMessage.Ok(request.Data).ToBytes()));
    }

    public GatewayFile File => new() { SmfServers = [_smf.Address], FrameServers = [_frames.Address] };

    public int SmfConnections => _smf.Accepted;

    public int FrameConnections => _frames.Accepted;

    public void WaitFor(int calls)
    {
        for (; calls > 0; calls--)
            Must.Hold(_arrived.Wait(Patience.Short), "a call does not arrive");
    }

    /// <summary>Calls that have arrived and were not waited for.</summary>
    public int CallsLeft => _arrived.CurrentCount;

    public void LetGo() => _letGo.Set();

    public void Dispose()
    {
        LetGo();
        _smf.Dispose();
        _frames.Dispose();
        _letGo.Dispose();
        _arrived.Dispose();
    }

    private void Serve<T>(Peer peer, Func<Peer, T?> read, Func<T, byte[]> answer)
    {
        while (read(peer) is { } request)
        {
            _arrived.Release();
            _letGo.Wait(Patience.Short);
            peer.Send(answer(request));
        }
    }
}
