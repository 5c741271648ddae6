using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Routing;

/// <summary>Whether a server is in use, over all workers.</summary>
internal enum ServerCondition : byte
{
    /// <summary>No connection to it has been tried yet, and no check has run.</summary>
    Unknown,
    Up,
    /// <summary>It failed too many calls, and gets none for a while.</summary>
    Ejected,
    /// <summary>A worker cannot connect to it, or its check fails.</summary>
    Down,
    /// <summary>It is back, and its share of the calls grows.</summary>
    Warming,
}

/// <summary>What is known of a server of the snapshot, for people.</summary>
/// <param name="Reason">What shows it; empty if nothing has happened.</param>
/// <param name="Since">When it became so.</param>
internal sealed record ServerStatus(string Backend, Address Server, ServerCondition Condition, string Reason, DateTimeOffset Since)
{
    /// <summary>It gets calls.</summary>
    public bool IsUp => Condition is ServerCondition.Up or ServerCondition.Warming;
}
