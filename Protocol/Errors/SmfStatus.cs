namespace FrameRpc.Protocol.Errors;

/// <summary>
/// Statuses of replies: HTTP status codes. An smf reply has one in its header, where 0 is not allowed; errors of the frame format correspond to some
/// of them.
/// </summary>
public static class SmfStatus
{
    /// <summary>The call was served.</summary>
    public const uint Ok = 200;

    /// <summary>The request was malformed, or its checksum is wrong.</summary>
    public const uint BadRequest = 400;

    /// <summary>No route has the request id.</summary>
    public const uint NotFound = 404;

    /// <summary>The request did not arrive in time.</summary>
    public const uint RequestTimedOut = 408;

    /// <summary>The request is larger than the limit.</summary>
    public const uint TooLarge = 413;

    /// <summary>A rate or concurrency limit was reached.</summary>
    public const uint TooManyRequests = 429;

    /// <summary>The server's handler failed.</summary>
    public const uint ServerError = 500;

    /// <summary>The server closed or reset the connection before its reply.</summary>
    public const uint BadGateway = 502;

    /// <summary>No healthy server, an open circuit breaker, or a draining gateway.</summary>
    public const uint Unavailable = 503;

    /// <summary>The reply did not arrive in time.</summary>
    public const uint TimedOut = 504;
}
