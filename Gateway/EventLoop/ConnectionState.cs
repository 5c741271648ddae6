namespace FrameRpc.Gateway.EventLoop;

/// <summary>The life cycle of a connection.</summary>
internal enum ConnectionState : byte
{
    /// <summary>To a server, not established yet. Output waits.</summary>
    Connecting,
    Open,
    /// <summary>
    /// Sends what is left, shuts down sending, and discards further input: unread bytes would make the kernel reset the connection and lose the last
    /// output.
    /// </summary>
    Ending,
    Closed,
}

internal static class ConnectionStates
{
    /// <remarks>Connecting → Open (established), Closed (failed, given up). Open → Ending (last output), Closed. Ending → Closed.</remarks>
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
