using FrameRpc.Gateway.Hosting.Logging;
using FrameRpc.Tests.Protocol;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.Hosting.Logging;

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

    [Test]
    public async Task A_few_messages_are_logged_as_they_are()
    {
        Flood(Burst);

        await Assert.That(_book.Lines).IsSequence([.. Enumerable.Range(1, Burst).Select(i => $"Warning 1 server {i} is gone")]);
        await Assert.That(_logs.Suppressed).IsEqualTo(0);
    }

    [Test]
    public async Task Of_a_flood_the_beginning_is_logged_and_then_so_many_a_second()
    {
        Flood(1_000);
        await Assert.That((_book.Lines.Count, _logs.Suppressed)).IsEqualTo((Burst, 1_000L - Burst));

        _time.Advance(TimeSpan.FromSeconds(1) / Burst);
        Flood(1_000);
        await Assert.That(_book.Lines.Count).IsEqualTo(Burst + 1);

        _time.Advance(TimeSpan.FromSeconds(1));
        Flood(1_000);
        await Assert.That(_book.Lines.Count).IsEqualTo(2 * Burst + 1);
        await Assert.That(_logs.Suppressed).IsEqualTo(3_000 - _book.Lines.Count);
    }

    [Test]
    public async Task A_long_silence_does_not_let_a_longer_flood_through()
    {
        Flood(1);
        _time.Advance(TimeSpan.FromHours(1));

        Flood(1_000);

        await Assert.That(_book.Lines.Count).IsEqualTo(1 + Burst);
    }

    [Test]
    public async Task What_was_left_out_is_told_in_one_line_at_intervals_and_only_then()
    {
        Flood(Burst + 1_234);
        _time.Advance(LimitedLogs.ReportInterval);
        await Assert.That((_book.Lines.Count, _book.Lines[^1])).IsEqualTo((Burst + 1, "Warning 300 Suppressed 1,234 more: server {Number} is gone"));

        _time.Advance(10 * LimitedLogs.ReportInterval);
        await Assert.That(_book.Lines.Count).IsEqualTo(Burst + 1);

        Flood(Burst + 1);
        _time.Advance(LimitedLogs.ReportInterval);
        await Assert.That(_book.Lines[^1]).IsEqualTo("Warning 300 Suppressed 1 more: server {Number} is gone");
        await Assert.That(_logs.Suppressed).IsEqualTo(1_235);
    }

    [Test]
    public async Task What_was_left_out_is_told_at_the_end_too()
    {
        Flood(Burst + 5);

        _logs.Dispose();

        await Assert.That(_book.Lines[^1]).StartsWith("Warning 300 Suppressed 5 more: ", StringComparison.Ordinal);
        await Assert.That(_book.IsDisposed).IsTrue();
    }

    [Test]
    public async Task One_kind_of_message_does_not_silence_another()
    {
        Flood(1_000);

        LogOther(_log);
        ILogger other = _logs.CreateLogger("b");
        LogGone(other, 7);

        await Assert.That(_book.Lines.TakeLast(2)).IsSequence(["Error 2 something else", "Warning 1 server 7 is gone"]);
    }

    [Test]
    public async Task Messages_below_the_level_are_not_counted()
    {
        for (int i = 0; i < 100; i++)
            LogDetail(_log);

        await Assert.That((_book.Lines.Count, _logs.Suppressed)).IsEqualTo((0, 0L));
    }

    [Test]
    public async Task Of_many_threads_at_once_the_same_number_is_admitted()
    {
        const int threads = 4, each = 10_000;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Flood(each)))];
        foreach (Thread thread in all)
            thread.Start();
        foreach (Thread thread in all)
            thread.Join();

        await Assert.That((_book.Lines.Count, _logs.Suppressed)).IsEqualTo((Burst, (long)(threads * each) - Burst));
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
