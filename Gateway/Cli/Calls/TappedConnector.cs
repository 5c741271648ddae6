using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Makes connections whose bytes are watched.</summary>
/// <param name="inner">Makes the connections.</param>
/// <param name="tap">Receives connection events and bytes.</param>
internal sealed class TappedConnector(IConnector inner, WireTap tap) : IConnector
{
    public string Address => inner.Address;

    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        tap.OnConnecting(inner.Address);
        TransportConnection connection = await inner.ConnectAsync(cancel).ConfigureAwait(false);
        tap.OnConnected();
        return new TappedConnection(connection, tap);
    }
}

/// <summary>A connection watched by a <see cref="WireTap"/>: sent bytes when they are handed over, received bytes when they arrive.</summary>
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

/// <summary>Passes each byte to a watch once, however often the reader gets it again.</summary>
internal sealed class TappedReader(PipeReader inner, MessageWatch watch) : PipeReader
{
    private ReadOnlySequence<byte> _given;

    /// <summary>Bytes at the front of the next read that the watch has already seen.</summary>
    private long _seen;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Show(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        _ = Show(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_given.IsEmpty)
            _seen -= _given.Slice(0, consumed).Length;
        _given = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private ReadResult Show(ReadResult result)
    {
        _given = result.Buffer;
        foreach (ReadOnlyMemory<byte> piece in result.Buffer.Slice(_seen))
            watch.Pass(piece.Span);
        _seen = result.Buffer.Length;
        if (result.IsCompleted)
            watch.End();
        return result;
    }
}

/// <summary>Passes written bytes to a watch before they are handed on.</summary>
internal sealed class TappedWriter(PipeWriter inner, MessageWatch watch) : PipeWriter
{
    private Memory<byte> _lent;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _lent = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        watch.Pass(_lent.Span[..bytes]);
        // The same memory may be advanced over in several steps.
        _lent = _lent[bytes..];
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        watch.Pass(source.Span);
        return inner.WriteAsync(source, cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
}
