namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Receives the octets of a reply and writes them to a file; without a file, keeps only the first bytes.</summary>
/// <param name="file">The file; null to keep the first bytes only.</param>
/// <param name="name">Its name in messages.</param>
/// <param name="limit">Does not run while the file is being written.</param>
internal sealed class OctetsSink(Stream? file, string? name, CallTimeLimit limit) : IAsyncDisposable
{
    private readonly MemoryStream _front = new();

    /// <summary>Bytes received.</summary>
    public long Bytes { get; private set; }

    /// <summary>The first bytes, without a file.</summary>
    public ReadOnlyMemory<byte> Front => _front.GetBuffer().AsMemory(0, (int)_front.Length);

    /// <exception cref="LocalFileException">The file cannot be written.</exception>
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
