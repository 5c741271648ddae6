using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>A change in what a worker knows of a server. Reported to the control plane, which tells the other workers and writes the log.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="Worker">The number of the worker that saw it.</param>
/// <param name="Level">Of an ejection: how many others it followed.</param>
/// <param name="Evidence">What shows it, for people.</param>
internal sealed record ServerEvent(string Backend, Address Server, int Worker, ServerEventKind Kind, int Level, string Evidence);

internal enum ServerEventKind : byte
{
    /// <summary>A connection was established again.</summary>
    Reached,
    /// <summary>A connection could not be established.</summary>
    Unreachable,
    /// <summary>It failed too many calls.</summary>
    Ejected,
    /// <summary>A call after an ejection was answered well.</summary>
    Recovered,
}

/// <summary>Whether a server is in use, as one worker sees it.</summary>
internal enum ServerState : byte
{
    /// <summary>Nothing was tried yet.</summary>
    Unknown,
    Up,
    /// <summary>It failed too many calls, and gets none for a while.</summary>
    Ejected,
    /// <summary>No connection can be established.</summary>
    Down,
}
