using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves one call.</summary>
/// <remarks>
/// A handler that throws <see cref="Errors.RpcException"/> itself chooses the error and the text that the caller gets. What any other exception says stays here,
/// unless <see cref="ServerOptions.DetailedErrors"/> is set.
/// </remarks>
/// <param name="request">Its body may be read, while the reply is sent, too, until the reply has been sent.</param>
/// <param name="cancel">Cancelled when the server cuts the call off.</param>
/// <returns>What to reply; it must be what <see cref="FrameRequest.Accept"/> asks for.</returns>
public delegate ValueTask<FrameBody> FrameHandler(FrameRequest request, CancellationToken cancel);
