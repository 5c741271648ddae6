namespace FrameRpc.Gateway.Backends;

/// <summary>
/// Whether exclusive connections to a server can carry another call directly after a reply. A server that closes after its reply does so a moment
/// later, and a call that was sent meanwhile is lost: once one was seen, connections rest before they are used again.
/// </summary>
internal sealed class ReusePolicy
{
    /// <summary>An idle timeout is not shorter than this, and says nothing about the next call.</summary>
    private const int ClosesAfterReplyMsMax = 200;

    private const int RestMsMin = 20;

    /// <summary>How long a connection rests after each call; 0 if it need not.</summary>
    public int RestMs { get; private set; }

    /// <summary>The server ended a connection this long after a reply.</summary>
    public void NoteClosed(int msAfterReply)
    {
        if (msAfterReply <= ClosesAfterReplyMsMax)
            RestMs = Math.Max(RestMsMin, 2 * msAfterReply);
    }

    /// <summary>A connection was still there after its rest.</summary>
    public void NoteRested() => RestMs = 0;
}
