namespace FrameRpc.Protocol.Frames;

/// <summary>The type of a message's data part, or, as Accept, the type requested for the reply.</summary>
public enum DataType : byte
{
    /// <summary>Not set: Accept of a reply, and everything in an error reply.</summary>
    Absent = 0,

    /// <summary>No data: a request still has a data part, which is empty.</summary>
    None = 1,

    /// <summary>One JSON value, and usually a newline.</summary>
    Json = 2,

    /// <summary>A stream of bytes of unlimited length.</summary>
    Octets = 3,
}
