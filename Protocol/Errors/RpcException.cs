using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Errors;

/// <summary>A call that failed: why, with which status, and who is to blame.</summary>
/// <remarks>
/// It is an <see cref="IOException"/>, because a body that was cut short surfaces in the middle of reading a stream, where programs expect one. Cancelling a call
/// throws <see cref="OperationCanceledException"/> instead, and a mistake of the program <see cref="ArgumentException"/> or <see cref="InvalidOperationException"/>.
/// </remarks>
/// <param name="status">One of <see cref="SmfStatus"/>; frame's errors are given the status of the same meaning.</param>
/// <param name="blame">Who is to blame.</param>
/// <param name="message">What happened, and where.</param>
/// <param name="inner">What the system below said.</param>
public class RpcException(uint status, Blame blame, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>HTTP's numbers, see <see cref="SmfStatus"/>.</summary>
    public uint Status => status;

    /// <summary>Who is to blame.</summary>
    public Blame Blame => blame;
}
