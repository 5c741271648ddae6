using System.IO.Pipelines;

namespace FrameRpc.Protocol.Transports;

/// <summary>Two ends of a connection in memory: for tests, and for a client and a server in one process.</summary>
/// <param name="Client">The end that connected.</param>
/// <param name="Server">The end that was connected to.</param>
public sealed record MemoryPair(TransportConnection Client, TransportConnection Server)
{
    /// <summary>Bytes that may wait in one direction before the writer has to wait.</summary>
    public const int BufferBytesMax = 1 << 20;

    // At most two megabytes per connection, in pieces that are few for a stream and that the shared array pool keeps.
    private static readonly PipeOptions Default = new(
        PipeBlockPool.Shared,
        pauseWriterThreshold: BufferBytesMax, resumeWriterThreshold: BufferBytesMax / 2, minimumSegmentSize: PipeBlockPool.BlockBytes,
        useSynchronizationContext: false);

    /// <summary>Creates a connection.</summary>
    /// <param name="peer">The name of each end for the other.</param>
    /// <param name="options">For both directions; by default <see cref="BufferBytesMax"/> applies.</param>
    public static MemoryPair Create(string peer = "memory", PipeOptions? options = null)
    {
        var requests = new Pipe(options ?? Default);
        var replies = new Pipe(options ?? Default);
        return new MemoryPair(
            new PipeConnection(new Ends(replies.Reader, requests.Writer), peer),
            new PipeConnection(new Ends(requests.Reader, replies.Writer), peer));
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
