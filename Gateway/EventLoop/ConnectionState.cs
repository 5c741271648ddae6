namespace FrameRpc.Gateway.EventLoop;

/// <summary>The life of a connection.</summary>
internal enum ConnectionState : byte
{
    /// <summary>To a server, not yet made. What is written meanwhile waits.</summary>
    Connecting,
    Open,
    /// <summary>Sends what is left, then ends its direction and reads away what still comes: unread bytes would make the kernel reset the connection and lose the last output.</summary>
    Ending,
    Closed,
}

internal static class ConnectionStates
{
    /// <remarks>
    /// Connecting → Open (made), Closed (failed, given up). Open → Ending (last output), Closed. Ending → Closed.
    /// </remarks>
    public static ConnectionState To(this ConnectionState state, ConnectionState next)
    {
        bool possible = next switch
        {
            ConnectionState.Open => state == ConnectionState.Connecting,
            ConnectionState.Ending => state == ConnectionState.Open,
            ConnectionState.Closed => state != ConnectionState.Closed,
            _ => false,
        };
        return possible ? next : throw new InvalidOperationException($"a connection cannot go from {state} to {next}");
    }
}
