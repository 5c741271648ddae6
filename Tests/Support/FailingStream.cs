namespace FrameRpc.Tests;

/// <summary>A stream that returns this many bytes and then fails.</summary>
internal sealed class FailingStream(int bytes) : MemoryStream(new byte[bytes])
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new InvalidOperationException("the disk is gone");
}
