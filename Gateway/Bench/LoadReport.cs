using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Bench;

/// <summary>Prints a result as text or as JSON.</summary>
internal static class LoadReport
{
    private static readonly (string Name, double Percent)[] Percentiles = [("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9)];

    public static void Write(TextWriter output, LoadResult result)
    {
        LoadPlan plan = result.Plan;
        LatencyHistogram latencies = result.Tally.Latencies;
        output.WriteLine(
            $"{plan.Format.Wire} {plan.Address}: {plan.Connections} connections, {plan.InFlight} in flight each, "
            + (plan.StreamBytes is { } streamBytes ? $"streams of {SizeForm.Display(streamBytes)}"
                : plan.UploadBytes is { } uploadBytes ? $"uploads of {SizeForm.Display(uploadBytes)}"
                : SizeForm.Display(plan.SizeBytes))
            + (plan.CallsPerSecond is { } rate ? Invariant($", {rate:N0} calls/s requested") : ""));
        output.WriteLine(Invariant($"{result.Calls:N0} calls in {result.Seconds:0.00} s: {result.CallsPerSecond:N0} calls/s"));
        output.WriteLine(Invariant($"sent      {result.Tally.RequestBytes:N0} bytes, {result.RequestGiBPerSecond:0.000} GiB/s"));
        output.WriteLine(Invariant($"received  {result.Tally.ReplyBytes:N0} bytes, {result.ReplyGiBPerSecond:0.000} GiB/s"));
        output.WriteLine();
        output.WriteLine($"latency {"min",12}{string.Concat(Percentiles.Select(p => $"{p.Name,12}"))}{"max",12}");
        output.WriteLine(
            $"µs      {Microseconds(latencies.Min)}"
                + $"{string.Concat(Percentiles.Select(p => Microseconds(latencies.Percentile(p.Percent))))}{Microseconds(latencies.Max)}");
        output.WriteLine();
        foreach ((string kind, long calls) in result.Tally.Errors.OrderByDescending(e => e.Value))
            output.WriteLine(Invariant($"{calls,12:N0}  {kind}"));
        if (result.Tally.Unsent > 0)
            output.WriteLine(Invariant($"{result.Tally.Unsent,12:N0}  calls were due by the end but not sent: every connection was full"));
        output.WriteLine(result.IsClean ? "every reply arrived and was correct"
            : result.Tally.Failures > 0 ? "some replies were wrong or missing"
            : "nothing was measured");
    }

    public static void WriteJson(TextWriter output, LoadResult result)
    {
        LatencyHistogram latencies = result.Tally.Latencies;
        var json = new LoadResultJson
        {
            Address = result.Plan.Address.ToString(),
            Protocol = result.Plan.Format.Wire.Word,
            Connections = result.Plan.Connections,
            InFlight = result.Plan.InFlight,
            SizeBytes = result.Plan.SizeBytes,
            StreamBytes = result.Plan.StreamBytes,
            UploadBytes = result.Plan.UploadBytes,
            AskedCallsPerSecond = result.Plan.CallsPerSecond,
            Seconds = result.Seconds,
            Calls = result.Calls,
            CallsPerSecond = result.CallsPerSecond,
            RequestBytes = result.Tally.RequestBytes,
            ReplyBytes = result.Tally.ReplyBytes,
            RequestGiBPerSecond = result.RequestGiBPerSecond,
            ReplyGiBPerSecond = result.ReplyGiBPerSecond,
            LatencyNanoseconds = new LatencyJson
            {
                Min = latencies.Min,
                P50 = latencies.Percentile(50),
                P90 = latencies.Percentile(90),
                P99 = latencies.Percentile(99),
                P999 = latencies.Percentile(99.9),
                Max = latencies.Max,
            },
            Errors = result.Tally.Errors,
            UnsentCalls = result.Tally.Unsent,
            Clean = result.IsClean,
        };
        output.WriteLine(JsonSerializer.Serialize(json, LoadJsonContext.Default.LoadResultJson));
    }

    private static string Microseconds(long nanoseconds) => Invariant($"{nanoseconds / 1000.0,12:N1}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The JSON of <c>bench --json</c>.</summary>
internal sealed record LoadResultJson
{
    public required string Address { get; init; }
    public required string Protocol { get; init; }
    public required int Connections { get; init; }
    public required int InFlight { get; init; }
    public required int SizeBytes { get; init; }
    public required long? StreamBytes { get; init; }
    public required long? UploadBytes { get; init; }
    public required int? AskedCallsPerSecond { get; init; }
    public required double Seconds { get; init; }
    public required long Calls { get; init; }
    public required double CallsPerSecond { get; init; }
    public required long RequestBytes { get; init; }
    public required long ReplyBytes { get; init; }
    public required double RequestGiBPerSecond { get; init; }
    public required double ReplyGiBPerSecond { get; init; }
    public required LatencyJson LatencyNanoseconds { get; init; }
    public required IReadOnlyDictionary<string, long> Errors { get; init; }
    public required long UnsentCalls { get; init; }
    public required bool Clean { get; init; }
}

internal sealed record LatencyJson
{
    public required long Min { get; init; }
    public required long P50 { get; init; }
    public required long P90 { get; init; }
    public required long P99 { get; init; }
    public required long P999 { get; init; }
    public required long Max { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LoadResultJson))]
internal sealed partial class LoadJsonContext : JsonSerializerContext;
