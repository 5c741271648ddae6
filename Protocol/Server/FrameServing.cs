using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Server;

/// <summary>What all connections of a frame server share.</summary>
internal sealed class FrameServing(FrameServerOptions options, Func<string, FrameHandler> find)
{
    public FrameServerOptions Options => options;

    /// <summary>Bytes of JSON parts in memory: of requests, and of replies until they are written.</summary>
    public Budget Memory { get; } = new(options.MemoryBytesMax);

    /// <summary>Running handlers.</summary>
    public Budget Calls { get; } = new(options.CallsMax);

    public FrameHandler Find(string endpoint) => find(endpoint);
}
