using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Transports;

/// <summary>A listener to which callers connect in memory from addresses that the test chooses.</summary>
internal sealed class AddressedCallers : IListener
{
    private readonly Channel<TransportConnection> _waiting = Channel.CreateUnbounded<TransportConnection>();

    public string Address => "in memory";

    /// <param name="from">Null is a caller without an address, as on a Unix socket.</param>
    public TransportConnection Connect(IPAddress? from)
    {
        MemoryPair pair = MemoryPair.Create(from?.ToString() ?? "nowhere");
        _ = _waiting.Writer.TryWrite(new Addressed(pair.Server, from));
        return pair.Client;
    }

    public IConnector ConnectorFrom(IPAddress? from) => new Connector(this, from);

    public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) => _waiting.Reader.ReadAsync(cancel);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Connector(AddressedCallers callers, IPAddress? from) : IConnector
    {
        public string Address => callers.Address;

        public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel) => new(callers.Connect(from));
    }

    private sealed class Addressed(TransportConnection inner, IPAddress? address) : TransportConnection
    {
        public override PipeReader Input => inner.Input;

        public override PipeWriter Output => inner.Output;

        public override string Peer => inner.Peer;

        public override IPAddress? RemoteAddress => address;

        public override bool IsAborted => inner.IsAborted;

        public override void Abort() => inner.Abort();

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
