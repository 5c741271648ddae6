using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Errors;

/// <summary>There is no connection, or it was lost before the call was over.</summary>
/// <param name="message">What happened, and to which address.</param>
/// <param name="mayHaveRun">Whether the request may have reached the other side.</param>
/// <param name="inner">What the system below said.</param>
public sealed class RpcConnectionException(string message, bool mayHaveRun, Exception? inner = null)
    : RpcException(mayHaveRun ? SmfStatus.BadGateway : SmfStatus.Unavailable, Blame.Connection, message, inner)
{
    /// <summary>Whether the request may have reached the other side. Where it may not, trying again is safe.</summary>
    public bool MayHaveRun => mayHaveRun;
}
