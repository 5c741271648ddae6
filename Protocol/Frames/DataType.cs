namespace FrameRpc.Protocol.Frames;

/// <summary>What the data part of a message holds, or, as Accept, what a caller wants the reply's to hold.</summary>
public enum DataType : byte
{
    /// <summary>Not given: Accept of a reply, and everything in an error reply.</summary>
    Absent = 0,

    /// <summary>Nothing: a request still has a data part, which is empty.</summary>
    None = 1,

    /// <summary>One JSON value, and usually a newline.</summary>
    Json = 2,

    /// <summary>A stream of bytes without a limit.</summary>
    Octets = 3,
}
