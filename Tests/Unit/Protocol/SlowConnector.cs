using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol;

/// <summary>Connects when the test lets it.</summary>
internal sealed class SlowConnector : IConnector
{
    public TaskCompletionSource<TransportConnection> Made { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Attempts { get; private set; }

    public bool IgnoresCancellation { get; init; }

    public string Address => "slow";

    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        Attempts++;
        return await Made.Task.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancel);
    }
}
