namespace FrameRpc.Protocol.Frames;

/// <summary>What makes a message header invalid: the first fault found. The sender is to blame in each case.</summary>
public enum MessageHeaderFault
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>No bytes, or only white space.</summary>
    Empty,

    /// <summary>More than <see cref="MessageHeader.BytesMax"/> bytes.</summary>
    TooLong,

    /// <summary>Something other than <c>{</c> comes first. <c>null</c> crashes the first implementation.</summary>
    NotAnObject,

    /// <summary>Invalid syntax, or nesting deeper than 64.</summary>
    InvalidJson,

    /// <summary>Bytes that are not UTF-8, or an escaped surrogate without its other half where text is needed.</summary>
    InvalidUtf8,

    /// <summary>A known member has the wrong kind of JSON value.</summary>
    WrongMemberType,

    /// <summary>A number that is not a plain integer from 0 to 255.</summary>
    OutOfRange,

    /// <summary>A known member is given twice.</summary>
    DuplicateMember,

    /// <summary>Something other than white space follows the object.</summary>
    TrailingBytes,
}
