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

/// <summary>Which side a failed call is to be blamed on: whether to mend the request, to ask the server's people, or to try again.</summary>
public enum Blame
{
    /// <summary>Nobody can tell: a frame handler returned an error of its own.</summary>
    Undecided,

    /// <summary>The request: trying it again as it is will fail again.</summary>
    Caller,

    /// <summary>The server, or the gateway before it.</summary>
    Server,

    /// <summary>What lies between: no connection, a lost one, or no answer in time. The call may or may not have been executed.</summary>
    Connection,
}

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

/// <summary>The reply did not come in time. The call may have been executed, or may still be.</summary>
/// <param name="message">Which call, and how long it was waited for.</param>
public sealed class RpcTimeoutException(string message) : RpcException(SmfStatus.TimedOut, Blame.Connection, message);

/// <summary>The other side broke the format: what it sent cannot be a whole, right message.</summary>
/// <param name="message">What came, and what should have come.</param>
/// <param name="blame">Who sent it.</param>
/// <param name="inner">What the reader of the body said.</param>
public sealed class RpcProtocolException(string message, Blame blame = Blame.Server, Exception? inner = null)
    : RpcException(blame is Blame.Caller ? SmfStatus.BadRequest : SmfStatus.BadGateway, blame, message, inner);
