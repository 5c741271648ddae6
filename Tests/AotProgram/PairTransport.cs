using System.Threading.Channels;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.AotProgram;

/// <summary>A transport as a program would write its own: it hands out the ends of pairs of pipes that it makes.</summary>
internal sealed class PairTransport : IConnector, IListener
{
    private readonly Channel<TransportConnection> _callers = Channel.CreateUnbounded<TransportConnection>();

    public string Address => "a pair of pipes";

    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        MemoryPair pair = MemoryPair.Create();
        await _callers.Writer.WriteAsync(TransportConnection.Over(new Ends(pair.Server), "the caller"), cancel);
        return TransportConnection.Over(new Ends(pair.Client), "the server");
    }

    public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) => _callers.Reader.ReadAsync(cancel);

    public ValueTask DisposeAsync()
    {
        _ = _callers.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>The two pipes and nothing else, as any other source of pipes would give them.</summary>
    private sealed class Ends(System.IO.Pipelines.IDuplexPipe pipe) : System.IO.Pipelines.IDuplexPipe
    {
        public System.IO.Pipelines.PipeReader Input => pipe.Input;

        public System.IO.Pipelines.PipeWriter Output => pipe.Output;
    }
}
