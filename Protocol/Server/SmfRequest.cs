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

    /// <summary>Which method is called; a handler of several needs it.</summary>
    public RequestId Id { get; }

    /// <summary>What the caller sent, unpacked; its checksum was right.</summary>
    /// <remarks>Its memory is used again once the handler has completed: what is to stay must be copied. The reply may be made of it.</remarks>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Who called, for people.</summary>
    public string Peer { get; }
}

/// <summary>Serves one method.</summary>
/// <remarks>
/// An <see cref="RpcException"/> becomes a reply with its status, any other exception one with 500, and is logged: smf has no place for text. Handlers of one
/// connection run side by side, and replies leave in the order in which they complete.
/// </remarks>
/// <param name="request">Valid until the handler has completed.</param>
/// <param name="cancel">The caller's connection is lost, or the server stops without further grace: nobody will see the reply.</param>
/// <returns>The reply, not to be changed any more. An empty one is sent as the empty FlatBuffers table, because the format has no payload of 0 bytes.</returns>
public delegate ValueTask<ReadOnlyMemory<byte>> SmfHandler(SmfRequest request, CancellationToken cancel);
