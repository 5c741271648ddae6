using System.Globalization;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>What is seen of a call's connection: that it was made, what passed each way, and how it ended.</summary>
/// <param name="requests">Sees what is sent.</param>
/// <param name="replies">Sees what comes.</param>
/// <param name="trace">Prints it, with <c>--verbose</c>.</param>
internal sealed class WireTap(MessageWatch requests, MessageWatch replies, Trace? trace)
{
    private bool _over;

    public MessageWatch Requests => requests;

    public MessageWatch Replies => replies;

    /// <summary>Whether the connection was made.</summary>
    public bool Connected { get; private set; }

    public void OnConnecting(string address) => trace?.Write($"connecting to {address}");

    public void OnConnected()
    {
        Connected = true;
        trace?.Write("connected");
    }

    public void OnAborted() => OnOver("aborted");

    public void OnClosed() => OnOver("closed");

    private void OnOver(string how)
    {
        if (_over)
            return;
        _over = true;
        requests.End();
        replies.End();
        trace?.Write(how);
    }
}

/// <summary>Lines about a call as it goes on, each with the time since its start. Both directions write here, each on its own thread.</summary>
internal sealed class Trace(TextWriter output, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();

    public void Write(string what)
    {
        lock (_lock)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetElapsedTime(_start).TotalMilliseconds,9:0.0} ms  {what}"));
    }
}
