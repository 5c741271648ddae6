using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Errors;

/// <summary>The reply did not come in time. The call may have been executed, or may still be.</summary>
/// <param name="message">Which call, and how long it was waited for.</param>
public sealed class RpcTimeoutException(string message) : RpcException(SmfStatus.TimedOut, Blame.Connection, message);
