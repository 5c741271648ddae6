namespace FrameRpc.Protocol.Frames;

/// <summary>What a frame is part of: byte 0 of its header.</summary>
public enum FrameType : byte
{
    /// <summary>The header part of a message, see <see cref="MessageHeader"/>.</summary>
    Header = 1,

    /// <summary>The data part of a message.</summary>
    Data = 2,

    /// <summary>Reserved; no peer sends it.</summary>
    Trailer = 3,

    /// <summary>The end of the connection, see <see cref="FrameHeader.Reset"/>.</summary>
    Reset = 0xff,
}
