namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>
/// Octets to be sent, from a file or standard input. Waiting for them can be cancelled even where the system cannot: a read of a terminal or a pipe goes on until
/// something comes, and a call that has failed must not wait for that.
/// </summary>
/// <param name="source">The octets; it is left to the process's end when a read of it may still go on.</param>
/// <param name="name">Its name, for people.</param>
/// <param name="limit">Does not run while the source keeps us waiting.</param>
internal sealed class OctetsSource(Stream source, string name, CallTimeLimit limit) : Stream
{
    private readonly TaskCompletionSource<bool> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _read = [];
    private bool _ended;
    private LocalFileException? _failure;

    /// <summary>Completed when nothing more will be read: true when all of it was read and sent, with an exception when it could not be read.</summary>
    public Task<bool> Released => _released.Task;

    /// <summary>Bytes of all of it; null where only its end can tell.</summary>
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

    /// <summary>Into memory of our own, because the read may go on when <paramref name="buffer"/> is somebody else's again.</summary>
    private async ValueTask<int> ReadAsideAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_read.Length < buffer.Length)
            _read = new byte[buffer.Length];
        int read = await Task.Run(() => source.Read(_read, 0, buffer.Length), CancellationToken.None).WaitAsync(cancel).ConfigureAwait(false);
        _read.AsMemory(0, read).CopyTo(buffer);
        return read;
    }
}
