using System.ComponentModel;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Protocol.Services;

/// <summary>What the generated dispatchers of a <see cref="FrameServiceAttribute">frame service</see> are made of.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FrameServiceRequests
{
    /// <summary>Refuses a call before its method runs, where its body or the reply that it accepts are not the method's.</summary>
    /// <param name="request">The call.</param>
    /// <param name="taken">What the method takes; where that is nothing, any body is left unread.</param>
    /// <param name="given">What it replies.</param>
    /// <exception cref="RpcException">The caller is to blame.</exception>
    public static void Check(FrameRequest request, DataType taken, DataType given) => request.Expect(taken, given);

    /// <summary>Gathers a request's octets.</summary>
    /// <exception cref="RpcException">They are more than 4 MiB, or were cut short.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadOctetsAsync(FrameRequest request, CancellationToken cancel) =>
        await WholeOctets.ReadAsync(request, cancel).ConfigureAwait(false)
            ?? throw new RpcException(SmfStatus.TooLarge, Blame.Caller, $"{request.Endpoint} takes at most {WholeOctets.BytesMax} octets");

    /// <summary>What to throw where a request is <c>null</c>, and its type has none.</summary>
    public static RpcException NullBody() => FrameRequest.Refusal("the body is null");
}
