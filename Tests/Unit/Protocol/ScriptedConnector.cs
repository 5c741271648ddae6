using System.Threading.Channels;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol;

/// <summary>A client's connections end here, in memory; the test is the server.</summary>
internal sealed class ScriptedConnector : IConnector
{
    private readonly Channel<TransportConnection> _made = Channel.CreateUnbounded<TransportConnection>();

    public string Address => "scripted";

    public int Attempts { get; private set; }

    /// <summary>Why no connection can be made; null, if one can.</summary>
    public Exception? Refusal { get; set; }

    public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        Attempts++;
        if (Refusal is not null)
            return ValueTask.FromException<TransportConnection>(Refusal);
        var pair = MemoryPair.Create(Address);
        Must.Hold(_made.Writer.TryWrite(pair.Server));
        return new ValueTask<TransportConnection>(pair.Client);
    }

    /// <summary>The server's end of the next connection.</summary>
    public ValueTask<TransportConnection> NextAsync() => _made.Reader.ReadAsync(TestContext.Current!.Execution.CancellationToken);
}
