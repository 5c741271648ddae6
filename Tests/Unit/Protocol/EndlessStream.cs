namespace FrameRpc.Tests.Protocol;

/// <summary>A stream of zeros without an end, which counts how far it was read.</summary>
internal sealed class EndlessStream : MemoryStream
{
    public long BytesRead { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BytesRead += buffer.Length;
        return ValueTask.FromResult(buffer.Length);
    }
}
