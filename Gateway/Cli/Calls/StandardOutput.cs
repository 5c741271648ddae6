using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>
/// Standard output as octets. The stream of <see cref="Console"/> ignores a closed pipe, so an endless stream would go on without a reader.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const int Descriptor = 1;

    /// <summary>Pause between attempts if the descriptor is in non-blocking mode.</summary>
    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(1);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="IOException">It cannot be written.</exception>
    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
                written = Libc.write(Descriptor, bytes, (nuint)buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else
                HandleFailure(Libc.Errno);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Write(buffer.Span), cancellationToken));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static void HandleFailure(int error)
    {
        if (error == Libc.EAGAIN)
            Thread.Sleep(FullPause);
        else if (error != Libc.EINTR)
            throw new IOException(Libc.Describe(error));
    }
}
