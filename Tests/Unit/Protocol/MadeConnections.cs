using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol;

/// <summary>Connects to ends that a test made, one after the other, and to nobody when they are used up.</summary>
internal sealed class MadeConnections(params TransportConnection[] ends) : IConnector
{
    private readonly Queue<TransportConnection> _ends = new(ends);

    public int Attempts { get; private set; }

    public string Address => "test";

    public void Add(TransportConnection end) => _ends.Enqueue(end);

    public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        Attempts++;
        return _ends.TryDequeue(out TransportConnection? end) ? ValueTask.FromResult(end) : throw new IOException("connection refused");
    }
}
