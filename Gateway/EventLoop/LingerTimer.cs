using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>Limits how long an ending connection waits for its peer to take the last output and to close.</summary>
internal sealed class LingerTimer(Connection connection) : TimerEntry
{
    /// <summary>Time without progress.</summary>
    private const int LingerMs = 1_000;

    protected internal override IReadyHandler? Owner => connection;

    public void Arm() => connection.Loop.Timers.Arm(this, connection.Loop.NowMs + LingerMs);

    protected internal override void OnDue()
    {
        long dueMs = connection.LastSentMs + LingerMs;
        if (connection.OutputBytes == 0)
            connection.Close();
        else if (dueMs > connection.Loop.NowMs)
            connection.Loop.Timers.Arm(this, dueMs);
        else
            connection.Abort();
    }
}
