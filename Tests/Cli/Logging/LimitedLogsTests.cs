using FrameRpc.Gateway.Cli.Logging;
using FrameRpc.Tests.Protocol;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FrameRpc.Tests.Cli.Logging;

public sealed partial class LimitedLogsTests : IDisposable
{
    private const int Burst = MessageLimit.PerSecondMax;

    private readonly ManualTimeProvider _time = new();
    private readonly LogBook _book = new();
    private readonly LimitedLogs _logs;
    private readonly ILogger _log;

    public LimitedLogsTests()
    {
        _logs = new LimitedLogs(_book, _time);
        _log = _logs.CreateLogger("a");
    }

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void A_few_messages_are_logged_as_they_are()
    {
        Flood(Burst);

        Assert.Equal([.. Enumerable.Range(1, Burst).Select(i => $"Warning 1 server {i} is gone")], _book.Lines);
        Assert.Equal(0, _logs.LeftOut);
    }

    [Fact]
    public void Of_a_flood_the_beginning_is_logged_and_then_so_many_a_second()
    {
        Flood(1_000);
        Assert.Equal((Burst, 1_000 - Burst), (_book.Lines.Count, _logs.LeftOut));

        _time.Advance(TimeSpan.FromSeconds(1) / Burst);
        Flood(1_000);
        Assert.Equal(Burst + 1, _book.Lines.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        Flood(1_000);
        Assert.Equal(2 * Burst + 1, _book.Lines.Count);
        Assert.Equal(3_000 - _book.Lines.Count, _logs.LeftOut);
    }

    [Fact]
    public void A_long_silence_does_not_let_a_longer_flood_through()
    {
        Flood(1);
        _time.Advance(TimeSpan.FromHours(1));

        Flood(1_000);

        Assert.Equal(1 + Burst, _book.Lines.Count);
    }

    [Fact]
    public void What_was_left_out_is_told_in_one_line_at_intervals_and_only_then()
    {
        Flood(Burst + 1_234);
        _time.Advance(LimitedLogs.TellInterval);
        Assert.Equal((Burst + 1, "Warning 300 1,234 more like it were left out: server {Number} is gone"), (_book.Lines.Count, _book.Lines[^1]));

        _time.Advance(10 * LimitedLogs.TellInterval);
        Assert.Equal(Burst + 1, _book.Lines.Count);

        Flood(Burst + 1);
        _time.Advance(LimitedLogs.TellInterval);
        Assert.Equal("Warning 300 1 more like it were left out: server {Number} is gone", _book.Lines[^1]);
        Assert.Equal(1_235, _logs.LeftOut);
    }

    [Fact]
    public void What_was_left_out_is_told_at_the_end_too()
    {
        Flood(Burst + 5);

        _logs.Dispose();

        Assert.StartsWith("Warning 300 5 more like it", _book.Lines[^1], StringComparison.Ordinal);
        Assert.True(_book.IsDisposed);
    }

    [Fact]
    public void One_kind_of_message_does_not_silence_another()
    {
        Flood(1_000);

        LogOther(_log);
        ILogger other = _logs.CreateLogger("b");
        LogGone(other, 7);

        Assert.Equal(["Error 2 something else", "Warning 1 server 7 is gone"], _book.Lines.TakeLast(2));
    }

    [Fact]
    public void Messages_below_the_level_are_not_counted()
    {
        for (int i = 0; i < 100; i++)
            LogDetail(_log);

        Assert.Equal((0, 0), (_book.Lines.Count, _logs.LeftOut));
    }

    [Fact]
    public void Of_many_threads_at_once_the_same_number_is_admitted()
    {
        const int threads = 4, each = 10_000;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Flood(each)))];
        foreach (Thread thread in all)
            thread.Start();
        foreach (Thread thread in all)
            thread.Join();

        Assert.Equal((Burst, threads * each - Burst), (_book.Lines.Count, _logs.LeftOut));
    }

    private void Flood(int messages)
    {
        for (int i = 1; i <= messages; i++)
            LogGone(_log, i);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "server {Number} is gone")]
    private static partial void LogGone(ILogger log, int number);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "something else")]
    private static partial void LogOther(ILogger log);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "detail")]
    private static partial void LogDetail(ILogger log);
}
