using System.Text.Json;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A load of so many calls and not one more, from a process of its own that verifies every reply.</summary>
internal static class KnownLoad
{
    public static void Send(string address, string protocol, int calls, params string[] more)
    {
        Result bench = Binary.Run(
            Path.GetTempPath(), ["bench", address, "--protocol", protocol, "--warm-up", "0s", "--count", $"{calls}", "--timeout", "1m", "--json", .. more]);
        Must.Hold(bench.Status == 0, $"status {bench.Status}\n{bench.Output}{bench.Error}");
        using var result = JsonDocument.Parse(bench.Output);
        Must.Hold(!result.RootElement.GetProperty("errors").EnumerateObject().Any());
        Must.Hold(result.RootElement.GetProperty("calls").GetInt32() == calls);
        Must.Hold(result.RootElement.GetProperty("clean").GetBoolean(), bench.Output);
    }
}
