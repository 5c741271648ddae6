using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

/// <summary>Keeps in mind what its socket or listener was ready for.</summary>
internal sealed class ReadyRecorder : IReadyHandler
{
    public Readiness Seen { get; private set; }

    public void OnReady(Readiness readiness) => Seen |= readiness;

    public void OnException(Exception exception) => throw exception;

    public void Await(EpollNetwork network, Readiness wanted)
    {
        while ((Seen & wanted) == 0)
        {
            network.Wait(timeoutMs: -1);
            while (network.TryTakeReady(out IReadyHandler owner, out Readiness readiness))
                owner.OnReady(readiness);
        }
    }
}
