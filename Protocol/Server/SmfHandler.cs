using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves one method.</summary>
/// <remarks>
/// An <see cref="RpcException"/> becomes a reply with its status, any other exception one with 500, and is logged: smf has no place for text. Handlers of one
/// connection run side by side, and replies leave in the order in which they complete.
/// </remarks>
/// <param name="request">Valid until the handler has completed.</param>
/// <param name="cancel">The caller's connection is lost, or the server stops without further grace: nobody will see the reply.</param>
/// <returns>The reply, not to be changed any more. An empty one is sent as the empty FlatBuffers table, because the format has no payload of 0 bytes.</returns>
public delegate ValueTask<ReadOnlyMemory<byte>> SmfHandler(SmfRequest request, CancellationToken cancel);
