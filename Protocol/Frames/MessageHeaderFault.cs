namespace FrameRpc.Protocol.Frames;

/// <summary>What makes a message header unreadable: the first thing found. Its sender is to blame for each of them.</summary>
public enum MessageHeaderFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No bytes, or only white space.</summary>
    Empty,

    /// <summary>More than <see cref="MessageHeader.BytesMax"/> bytes.</summary>
    TooLong,

    /// <summary>Something other than <c>{</c> comes first. <c>null</c> crashes the first implementation.</summary>
    NotAnObject,

    /// <summary>Broken syntax, or nesting deeper than 64.</summary>
    InvalidJson,

    /// <summary>Bytes that are not UTF-8, or an escaped surrogate without its other half where text is needed.</summary>
    InvalidUtf8,

    /// <summary>A known member holds another kind of JSON value than it should.</summary>
    WrongMemberType,

    /// <summary>A number that is not a plain integer from 0 to 255.</summary>
    OutOfRange,

    /// <summary>A known member stands there twice.</summary>
    DuplicateMember,

    /// <summary>Something other than white space follows the object.</summary>
    TrailingBytes,
}
