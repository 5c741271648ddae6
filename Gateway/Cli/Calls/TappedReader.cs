using System.Buffers;
using System.IO.Pipelines;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Shows each byte once to a watch, however often the reader is given it again.</summary>
internal sealed class TappedReader(PipeReader inner, MessageWatch watch) : PipeReader
{
    private ReadOnlySequence<byte> _given;

    /// <summary>Bytes at the front of what the next read gives that the watch has seen.</summary>
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
