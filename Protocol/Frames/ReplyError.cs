namespace FrameRpc.Protocol.Frames;

/// <summary>Who is to blame, in a reply. A reply other than <see cref="Ok"/> has only a header part.</summary>
public enum ReplyError : byte
{
    /// <summary>Not set: in requests.</summary>
    Absent = 0,

    /// <summary>The call was served.</summary>
    Ok = 1,

    /// <summary>The request was at fault.</summary>
    Request = 2,

    /// <summary>The server was at fault.</summary>
    Server = 3,

    /// <summary>Undecided: the handler returned an error of its own.</summary>
    Undecided = 4,
}
