using FrameRpc.Gateway.Hosting.Logging;
using FrameRpc.Tests.Protocol;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.Hosting.Logging;

[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed partial class LogAllocationTests
{
    [Test]
    public async Task A_message_that_is_left_out_allocates_nothing()
    {
        using var logs = new LimitedLogs(new LogBook(), new ManualTimeProvider());
        ILogger log = logs.CreateLogger("a");
        for (int i = 0; i < 10_000; i++)
            LogGone(log, "x", i);

        var meter = new AllocationMeter();
        for (int i = 0; i < 1_000; i++)
        {
            meter.Begin();
            LogGone(log, "x", i);
            meter.End();
        }
        await meter.AssertNothing();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "{Name} {Number} is gone")]
    private static partial void LogGone(ILogger log, string name, int number);
}
