namespace FrameRpc.Protocol.Errors;

/// <summary>The statuses of replies: HTTP's numbers. An smf reply carries one in its header, where 0 is not allowed; frame's errors stand for some of them.</summary>
public static class SmfStatus
{
    /// <summary>The call was served.</summary>
    public const uint Ok = 200;

    /// <summary>The request was malformed, or its checksum is wrong.</summary>
    public const uint BadRequest = 400;

    /// <summary>No route has the request id.</summary>
    public const uint NotFound = 404;

    /// <summary>The request is larger than the limit.</summary>
    public const uint TooLarge = 413;

    /// <summary>A rate or concurrency limit was reached.</summary>
    public const uint TooManyRequests = 429;

    /// <summary>The server's handler failed.</summary>
    public const uint ServerError = 500;

    /// <summary>The server closed or reset the connection before its reply.</summary>
    public const uint BadGateway = 502;

    /// <summary>No healthy server, the breaker is open, or the gateway drains.</summary>
    public const uint Unavailable = 503;

    /// <summary>The reply did not come in time.</summary>
    public const uint TimedOut = 504;
}
