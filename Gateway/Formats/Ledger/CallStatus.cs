namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>How a call ended, as metrics and the access log tell it. The list is closed, so that no server can make up series.</summary>
internal enum CallStatus : byte
{
    /// <summary>The connection ended or was broken before the reply was whole.</summary>
    Cut,

    /// <summary>smf: a status that is not on this list. The first Java server says its request id instead of 200.</summary>
    Other,

    Smf200,
    Smf201,
    Smf202,
    Smf204,
    Smf301,
    Smf302,
    Smf304,
    Smf400,
    Smf401,
    Smf403,
    Smf404,
    Smf405,
    Smf408,
    Smf409,
    Smf410,
    Smf412,
    Smf413,
    Smf422,
    Smf429,
    Smf500,
    Smf501,
    Smf502,
    Smf503,
    Smf504,

    /// <summary>frame: Error 1.</summary>
    FrameOk,
    /// <summary>frame: Error 2, the request was at fault.</summary>
    FrameRequest,
    /// <summary>frame: Error 3, the server was at fault.</summary>
    FrameServer,
    /// <summary>frame: Error 4, the handler's own error.</summary>
    FrameUndecided,
}
