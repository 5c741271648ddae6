using System.IO.Pipelines;

namespace FrameRpc.Protocol.Transports;

/// <summary>A connection over two existing pipes.</summary>
internal sealed class PipeConnection(IDuplexPipe pipe, string peer) : TransportConnection
{
    private volatile bool _aborted;

    public override PipeReader Input => pipe.Input;

    public override PipeWriter Output => pipe.Output;

    public override string Peer => peer;

    public override bool IsAborted => _aborted;

    // A pipe must not be completed while it is in use: waiting users are woken here, and the pipes are completed when they have released them.
    public override void Abort()
    {
        _aborted = true;
        pipe.Input.CancelPendingRead();
        pipe.Output.CancelPendingFlush();
    }

    public override async ValueTask DisposeAsync()
    {
        Exception? reason = _aborted ? new IOException("the other side ended the connection abruptly") : null;
        await pipe.Output.CompleteAsync(reason).ConfigureAwait(false);
        await pipe.Input.CompleteAsync(reason).ConfigureAwait(false);
    }
}
