using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Errors;

/// <summary>The other side broke the format: what it sent cannot be a whole, right message.</summary>
/// <param name="message">What came, and what should have come.</param>
/// <param name="blame">Who sent it.</param>
/// <param name="inner">What the reader of the body said.</param>
public sealed class RpcProtocolException(string message, Blame blame = Blame.Server, Exception? inner = null)
    : RpcException(blame is Blame.Caller ? SmfStatus.BadRequest : SmfStatus.BadGateway, blame, message, inner);
