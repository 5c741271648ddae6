using System.IO.Pipelines;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>A connection whose bytes a <see cref="WireTap"/> sees: those sent when they are handed over, those received when they have come.</summary>
internal sealed class TappedConnection(TransportConnection inner, WireTap tap) : TransportConnection
{
    public override PipeReader Input { get; } = new TappedReader(inner.Input, tap.Replies);

    public override PipeWriter Output { get; } = new TappedWriter(inner.Output, tap.Requests);

    public override string Peer => inner.Peer;

    public override bool IsAborted => inner.IsAborted;

    public override void Abort()
    {
        tap.OnAborted();
        inner.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        tap.OnClosed();
    }
}
