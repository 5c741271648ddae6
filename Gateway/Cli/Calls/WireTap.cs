using System.Globalization;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Watches a call's connection: connecting, bytes each way, and its end.</summary>
/// <param name="requests">Watches what is sent.</param>
/// <param name="replies">Watches what is received.</param>
/// <param name="trace">Prints it, with <c>--verbose</c>.</param>
internal sealed class WireTap(MessageWatch requests, MessageWatch replies, Trace? trace)
{
    private bool _over;

    public MessageWatch Requests => requests;

    public MessageWatch Replies => replies;

    /// <summary>Whether the connection was established.</summary>
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

/// <summary>
/// Prints lines about a call while it runs, each with the time since the start. Both directions write here, each on its own thread.
/// </summary>
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
