namespace FrameRpc.Protocol.Errors;

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
