using System.Globalization;

namespace FrameRpc.Gateway.Bench;

/// <summary>A progress line on a terminal, rewritten once a second while a load runs.</summary>
internal sealed class LoadProgress(LoadRun run, TextWriter terminal)
{
    private long _at = LoadClock.Now;
    private long _replies;
    private int _seconds;

    public void Show()
    {
        long now = LoadClock.Now;
        long replies = run.Replies;
        double callsPerSecond = (replies - _replies) / ((double)(now - _at) / LoadClock.NanosecondsPerSecond);
        _at = now;
        _replies = replies;
        terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\r{++_seconds,4} s  {callsPerSecond,12:N0} calls/s  {run.Failures,8:N0} errors "));
        terminal.Flush();
    }

    /// <summary>Clears the line before the report is printed.</summary>
    public void Clear()
    {
        if (_seconds > 0)
            terminal.Write("\r\u001b[K");
        terminal.Flush();
    }
}
