using System.IO.Pipelines;
using System.Net;

namespace FrameRpc.Protocol.Transports;

/// <summary>One connection as the channels use it: bytes each way, an orderly end, and an abrupt one.</summary>
/// <remarks>
/// One thread at a time reads <see cref="Input"/>, and one writes <see cref="Output"/>; the two may differ. <see cref="Abort"/> may come from any thread.
/// </remarks>
public abstract class TransportConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>What the other side sends.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>What the other side will get. Memory given to <see cref="PipeWriter.WriteAsync"/> is not copied where the transport can send it as it is.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>The other side, for people: <c>127.0.0.1:7001</c>.</summary>
    public abstract string Peer { get; }

    /// <summary>The other side's address, where the transport knows one: connections of one address share what a server grants to one peer.</summary>
    public virtual IPAddress? RemoteAddress => null;

    /// <summary>Whether <see cref="Abort"/> was called: a cancelled read or flush then means that there is nothing more to do.</summary>
    public abstract bool IsAborted { get; }

    /// <summary>Any pair of pipes as a connection. Disposing it completes both.</summary>
    /// <param name="pipe">The two pipes.</param>
    /// <param name="peer">The other side, for people.</param>
    public static TransportConnection Over(IDuplexPipe pipe, string peer = "pipe") =>
        pipe as TransportConnection ?? new PipeConnection(pipe, peer);

    /// <summary>
    /// Ends the connection at once, so that the other side sees a failure and not an end, wherever the transport can tell the two apart: an end in the middle of
    /// a payload reads as a whole one to the first implementation of frame. What waits on either pipe stops waiting. Later calls do nothing.
    /// </summary>
    public abstract void Abort();

    /// <summary>Ends the connection in order. Nothing may be reading or writing it any more.</summary>
    public abstract ValueTask DisposeAsync();
}
