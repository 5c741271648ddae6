using System.ComponentModel;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Protocol.Services;

/// <summary>Used by the generated dispatchers of a <see cref="FrameServiceAttribute">frame service</see>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FrameServiceRequests
{
    /// <summary>Rejects a call before its method runs, if the types of its body or accepted reply do not match.</summary>
    /// <param name="request">The call.</param>
    /// <param name="taken">The type that the method takes; if it takes none, any body is left unread.</param>
    /// <param name="given">The type of its reply.</param>
    /// <exception cref="RpcException">The caller is to blame.</exception>
    public static void Check(FrameRequest request, DataType taken, DataType given) => request.Expect(taken, given);

    /// <summary>Collects a request's octets in memory.</summary>
    /// <exception cref="RpcException">They are more than 4 MiB, or were cut short.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadOctetsAsync(FrameRequest request, CancellationToken cancel) =>
        await WholeOctets.ReadAsync(request, cancel).ConfigureAwait(false)
            ?? throw new RpcException(SmfStatus.TooLarge, Blame.Caller, $"{request.Endpoint} takes at most {WholeOctets.BytesMax} octets");

    /// <summary>The exception for a <c>null</c> request whose type does not allow it.</summary>
    public static RpcException NullBody() => FrameRequest.Refusal("the body is null");
}
