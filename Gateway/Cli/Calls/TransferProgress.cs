using System.Globalization;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>
/// A progress line on a terminal, rewritten while octets pass: amount, total and rate. Not shown for transfers shorter than a second.
/// </summary>
internal sealed class TransferProgress : IDisposable
{
    private const int BarChars = 20;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly TextWriter _terminal;
    private readonly TimeProvider _clock;
    private readonly WireTap _tap;
    private readonly Func<long?> _bytesToSend;
    private readonly ITimer _timer;
    private readonly long _start;
    private long _lastAt;
    private long _lastBytes;
    private bool _shown;
    private bool _over;

    /// <param name="terminal">Where to write.</param>
    /// <param name="tap">Counts what has passed.</param>
    /// <param name="bytesToSend">The length of the request's body, if known.</param>
    /// <param name="clock">The clock.</param>
    public TransferProgress(TextWriter terminal, WireTap tap, Func<long?> bytesToSend, TimeProvider clock)
    {
        _terminal = terminal;
        _tap = tap;
        _bytesToSend = bytesToSend;
        _clock = clock;
        _start = _lastAt = clock.GetTimestamp();
        _timer = clock.CreateTimer(_ => Show(), null, Silence, Period);
    }

    /// <summary>Clears the line until it is shown again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (!_shown)
                return;
            _shown = false;
            _terminal.Write("\r\u001b[K");
            _terminal.Flush();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _over = true;
        _timer.Dispose();
        Clear();
    }

    private void Show()
    {
        lock (_lock)
        {
            if (_over)
                return;
            long sent = _tap.Requests.BodyBytes;
            long received = _tap.Replies.BodyBytes;
            long now = _clock.GetTimestamp();
            double seconds = _clock.GetElapsedTime(_lastAt, now).TotalSeconds;
            double rate = seconds > 0 ? (sent + received - _lastBytes) / seconds : 0;
            _lastAt = now;
            _lastBytes = sent + received;
            _shown = true;
            string time = string.Create(CultureInfo.InvariantCulture, $"{_clock.GetElapsedTime(_start, now).TotalSeconds:0} s");
            string both = Sent(sent, _bytesToSend()) + (received > 0 ? $"received {MiB(received)}  " : "");
            _terminal.Write($"\r\u001b[K{both}{MiB((long)rate)}/s  {time}");
            _terminal.Flush();
        }
    }

    private static string Sent(long sent, long? total)
    {
        if (total is not > 0)
            return sent == 0 ? "" : $"sent {MiB(sent)}  ";
        double part = Math.Min(1, (double)sent / total.Value);
        int filled = (int)(part * BarChars);
        string bar = new string('=', filled).PadRight(BarChars);
        return string.Create(CultureInfo.InvariantCulture, $"[{bar}] {part * 100,3:0} %  sent {MiB(sent)} of {MiB(total.Value)}  ");
    }

    private static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB");
}
