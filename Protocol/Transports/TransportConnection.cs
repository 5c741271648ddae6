using System.IO.Pipelines;
using System.Net;

namespace FrameRpc.Protocol.Transports;

/// <summary>A connection of a client or server: bytes each way, an orderly end, and an abrupt one.</summary>
/// <remarks>
/// One thread at a time may read <see cref="Input"/>, and one may write <see cref="Output"/>; the two may differ. <see cref="Abort"/> may be called
/// from any thread.
/// </remarks>
public abstract class TransportConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>Bytes from the other side.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>
    /// Bytes to the other side. Memory passed to <see cref="PipeWriter.WriteAsync"/> is not copied if the transport can send it directly.
    /// </summary>
    public abstract PipeWriter Output { get; }

    /// <summary>The other side, for people: <c>127.0.0.1:7001</c>.</summary>
    public abstract string Peer { get; }

    /// <summary>The other side's address, if the transport knows one: connections of one address share the limits for one peer.</summary>
    public virtual IPAddress? RemoteAddress => null;

    /// <summary>Whether <see cref="Abort"/> was called: a cancelled read or flush then means that there is nothing more to do.</summary>
    public abstract bool IsAborted { get; }

    /// <summary>Any pair of pipes as a connection. Disposing it completes both.</summary>
    /// <param name="pipe">The two pipes.</param>
    /// <param name="peer">The other side, for people.</param>
    public static TransportConnection Over(IDuplexPipe pipe, string peer = "pipe") =>
        pipe as TransportConnection ?? new PipeConnection(pipe, peer);

    /// <summary>
    /// Closes the connection at once, so that the other side sees a failure and not an end, if the transport has both: the first implementation of
    /// frame takes an end in the middle of a payload for a complete one. Waits on either pipe end. Later calls do nothing.
    /// </summary>
    public abstract void Abort();

    /// <summary>Closes the connection in order. No read or write may be under way.</summary>
    public abstract ValueTask DisposeAsync();
}
