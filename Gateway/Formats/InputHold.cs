namespace FrameRpc.Gateway.Formats;

/// <summary>Why a caller's requests are not read for a while. Each ends by itself or by a timeout, and holds up only this caller.</summary>
[Flags]
internal enum InputHold : byte
{
    None = 0,
    /// <summary>Too many replies wait to be read by this caller.</summary>
    Replies = 1,
    /// <summary>The connection for its next request is full, or an exclusive connection is waited for.</summary>
    ServerConnection = 2,
    /// <summary>The server has to take more of its large request first.</summary>
    Upload = 4,
    /// <summary>The format answers one request before the next is looked at.</summary>
    Turn = 8,
}
