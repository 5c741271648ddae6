using System.Globalization;
using System.IO.Enumeration;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>The process, under the names that Prometheus client libraries use, and the garbage collector.</summary>
internal sealed class ProcessMetrics
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>
    /// Taken when the gateway starts, a few milliseconds after the process: the kernel's figure is in /proc, which a container may lack.
    /// </summary>
    private readonly double _startSeconds = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3;

    public void Write(MetricsWriter to)
    {
        to.Gauge("process_resident_memory_bytes", "Resident memory of the process.");
        to.Sample(Environment.WorkingSet);
        to.Counter("process_cpu_seconds_total", "User and system CPU time of the process.");
        to.Sample(Environment.CpuUsage.TotalTime.TotalSeconds);
        if (Directory.Exists(Descriptors))
        {
            to.Gauge("process_open_fds", "Open file descriptors.");
            to.Sample(OpenDescriptors());
        }
        to.Gauge("process_start_time_seconds", "Start time of the process, in seconds since 1970.");
        to.Sample(_startSeconds);
        to.Counter("dotnet_gc_collections_total", "Garbage collections by generation. Calls cause none.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            to.Sample(GC.CollectionCount(generation), new Label("generation", generation.ToString(CultureInfo.InvariantCulture)));
        to.Counter("dotnet_gc_pause_seconds_total", "Time for which garbage collections paused all threads.");
        to.Sample(GC.GetTotalPauseDuration().TotalSeconds);
        to.Gauge("dotnet_managed_memory_bytes", "Size of the managed heap.");
        to.Sample(GC.GetTotalMemory(forceFullCollection: false));
    }

    /// <summary>Counted without a string for each, because there may be tens of thousands.</summary>
    private static int OpenDescriptors()
    {
        int count = 0;
        foreach (bool _ in new FileSystemEnumerable<bool>(Descriptors, (ref FileSystemEntry _) => true))
            count++;
        return count;
    }
}
