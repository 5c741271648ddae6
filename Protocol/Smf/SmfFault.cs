namespace FrameRpc.Protocol.Smf;

/// <summary>What makes an smf header unfit for forwarding. The sender is to blame in each case.</summary>
public enum SmfFault
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>The size is 0. The C++ server closes the connection on it, and the Go server crashes.</summary>
    Empty,

    /// <summary>The checksum is 0, which peers treat as missing: the C++ server closes, the C++ client fails every call in flight.</summary>
    NoChecksum,

    /// <summary>A bit of the flags is set. Bit 0 announces payload headers, which servers refuse, and no other bit has a known meaning.</summary>
    PayloadHeaders,

    /// <summary>The compression is none of <see cref="SmfCompression"/>.</summary>
    UnknownCompression,

    /// <summary>A reply's status is 0: the C++ client fails every call in flight on it.</summary>
    NoStatus,
}
