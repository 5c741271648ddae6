namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>
/// Octets to send, from a file or standard input. Waiting for them can be cancelled even if the system call cannot: a read of a terminal or a pipe
/// blocks until there is input, and a failed call must not wait for that.
/// </summary>
/// <param name="source">The octets; not closed while a read may still be under way.</param>
/// <param name="name">Its name in messages.</param>
/// <param name="limit">Does not run while the source is being read.</param>
internal sealed class OctetsSource(Stream source, string name, CallTimeLimit limit) : Stream
{
    private readonly TaskCompletionSource<bool> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _read = [];
    private bool _ended;
    private LocalFileException? _failure;

    /// <summary>Completes when nothing more will be read: true if everything was read and sent, with an exception if it could not be read.</summary>
    public Task<bool> Released => _released.Task;

    /// <summary>Total length; null if only the end will tell.</summary>
    public long? Bytes { get; } = source.CanSeek ? source.Length : null;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        limit.BeginOwnWait();
        try
        {
            ValueTask<int> reading = source.CanSeek ? source.ReadAsync(buffer, cancellationToken) : ReadAsideAsync(buffer, cancellationToken);
            int read = await reading.ConfigureAwait(false);
            _ended = read == 0;
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _failure = new LocalFileException($"{name}: cannot be read to its end: {e.Message}", e);
        }
        finally
        {
            limit.EndOwnWait();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        _ = _failure is null ? _released.TrySetResult(_ended) : _released.TrySetException(_failure);
        if (source.CanSeek)
            await source.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Reads into a separate buffer, because the read may continue after <paramref name="buffer"/> was returned to its owner.</summary>
    private async ValueTask<int> ReadAsideAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_read.Length < buffer.Length)
            _read = new byte[buffer.Length];
        int read = await Task.Run(() => source.Read(_read, 0, buffer.Length), CancellationToken.None).WaitAsync(cancel).ConfigureAwait(false);
        _read.AsMemory(0, read).CopyTo(buffer);
        return read;
    }
}
