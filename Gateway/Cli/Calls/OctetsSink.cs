namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Where the octets of a reply go: into a file, or, without one, nowhere but for a first look.</summary>
/// <param name="file">The file; null to keep the first bytes only.</param>
/// <param name="name">Its name, for people.</param>
/// <param name="limit">Does not run while the file keeps us waiting.</param>
internal sealed class OctetsSink(Stream? file, string? name, CallTimeLimit limit) : IAsyncDisposable
{
    private readonly MemoryStream _front = new();

    /// <summary>Bytes that were taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>The first bytes, where there is no file.</summary>
    public ReadOnlyMemory<byte> Front => _front.GetBuffer().AsMemory(0, (int)_front.Length);

    /// <exception cref="LocalFileException">The file takes no more.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (file is null)
            _front.Write(bytes.Span[..(int)Math.Min(bytes.Length, HexDump.BytesMax - _front.Length)]);
        else
            await WriteToFileAsync(file, bytes).ConfigureAwait(false);
        Bytes += bytes.Length;
    }

    public ValueTask DisposeAsync() => file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask WriteToFileAsync(Stream file, ReadOnlyMemory<byte> bytes)
    {
        limit.BeginOwnWait();
        try
        {
            await file.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new LocalFileException($"{name}: cannot be written: {e.Message}", e);
        }
        finally
        {
            limit.EndOwnWait();
        }
    }
}
