namespace FrameRpc.Protocol.Errors;

/// <summary>A failed call: why, with which status, and which side is to blame.</summary>
/// <remarks>
/// It derives from <see cref="IOException"/>, because a body that was cut short surfaces while reading a stream, where programs expect one.
/// Cancelling a call throws <see cref="OperationCanceledException"/> instead, and incorrect use <see cref="ArgumentException"/> or <see
/// cref="InvalidOperationException"/>.
/// </remarks>
/// <param name="status">One of <see cref="SmfStatus"/>; errors of the frame format have the corresponding status.</param>
/// <param name="blame">The side to blame.</param>
/// <param name="message">What happened, and where.</param>
/// <param name="inner">The underlying error.</param>
public class RpcException(uint status, Blame blame, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>An HTTP status code, see <see cref="SmfStatus"/>.</summary>
    public uint Status => status;

    /// <summary>The side to blame.</summary>
    public Blame Blame => blame;
}

/// <summary>The side to blame for a failed call: whether to correct the request, to look at the server, or to try again.</summary>
public enum Blame
{
    /// <summary>Unknown: a frame handler returned an error of its own.</summary>
    Undecided,

    /// <summary>The request: sent again unchanged, it will fail again.</summary>
    Caller,

    /// <summary>The server, or the gateway before it.</summary>
    Server,

    /// <summary>The connection: none, a lost one, or no reply in time. The call may or may not have been executed.</summary>
    Connection,
}

/// <summary>There is no connection, or it was lost before the call had ended.</summary>
/// <param name="message">What happened, and to which address.</param>
/// <param name="mayHaveRun">Whether the request may have reached the other side.</param>
/// <param name="inner">The underlying error.</param>
public sealed class RpcConnectionException(string message, bool mayHaveRun, Exception? inner = null)
    : RpcException(mayHaveRun ? SmfStatus.BadGateway : SmfStatus.Unavailable, Blame.Connection, message, inner)
{
    /// <summary>Whether the request may have reached the other side. If not, trying again is safe.</summary>
    public bool MayHaveRun => mayHaveRun;
}

/// <summary>The reply did not arrive in time. The call may have been executed, or may still be.</summary>
/// <param name="message">Which call, and the time limit.</param>
public sealed class RpcTimeoutException(string message) : RpcException(SmfStatus.TimedOut, Blame.Connection, message);

/// <summary>The other side violated the format: what it sent is not a complete, valid message.</summary>
/// <param name="message">What arrived, and what was expected.</param>
/// <param name="blame">The sender.</param>
/// <param name="inner">The error of the body's reader.</param>
public sealed class RpcProtocolException(string message, Blame blame = Blame.Server, Exception? inner = null)
    : RpcException(blame is Blame.Caller ? SmfStatus.BadRequest : SmfStatus.BadGateway, blame, message, inner);
