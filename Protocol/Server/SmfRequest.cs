using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Protocol.Server;

/// <summary>A request as its handler sees it.</summary>
public readonly struct SmfRequest
{
    internal SmfRequest(RequestId id, ReadOnlyMemory<byte> payload, string peer)
    {
        Id = id;
        Payload = payload;
        Peer = peer;
    }

    /// <summary>The called method, for handlers of several.</summary>
    public RequestId Id { get; }

    /// <summary>The decompressed payload; its checksum was verified.</summary>
    /// <remarks>Its memory is reused once the handler has completed, so copy what is needed longer. The reply may refer to it.</remarks>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The caller, for people.</summary>
    public string Peer { get; }
}

/// <summary>Serves one method.</summary>
/// <remarks>
/// An <see cref="RpcException"/> becomes a reply with its status; any other exception becomes status 500 and is logged, because smf has no room for
/// text. Handlers of one connection run concurrently, and replies are sent in the order in which they complete.
/// </remarks>
/// <param name="request">Valid until the handler has completed.</param>
/// <param name="cancel">The caller's connection is lost, or the server stops without further grace: the reply will not be sent.</param>
/// <returns>
/// The reply, which must not change any more. An empty one is sent as the empty FlatBuffers table, because the format has no payload of 0 bytes.
/// </returns>
public delegate ValueTask<ReadOnlyMemory<byte>> SmfHandler(SmfRequest request, CancellationToken cancel);
