namespace FrameRpc.Gateway.Formats;

/// <summary>Why a slow caller is closed, as the log says it.</summary>
internal static class SlowCaller
{
    public const string ReadsNothing = "it read none of its replies for writeTimeout";

    public const string LeavesUnread = "it left more unread than replyBufferMax";

    public const string StandsInTheWay = "it stood still in the middle of a call for writeTimeout, while others waited for a connection to the server";
}
