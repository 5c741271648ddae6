using System.Text.Json;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A load of so many calls and not one more, from a process of its own that verifies every reply.</summary>
internal static class KnownLoad
{
    public static void Send(string address, string protocol, int calls, params string[] more)
    {
        Result bench = Binary.Run(
            Path.GetTempPath(), ["bench", address, "--protocol", protocol, "--warm-up", "0s", "--count", $"{calls}", "--timeout", "1m", "--json", .. more]);
        Assert.True(bench.Status == 0, $"status {bench.Status}\n{bench.Output}{bench.Error}");
        using var result = JsonDocument.Parse(bench.Output);
        Assert.Empty(result.RootElement.GetProperty("errors").EnumerateObject());
        Assert.Equal(calls, result.RootElement.GetProperty("calls").GetInt32());
        Assert.True(result.RootElement.GetProperty("clean").GetBoolean(), bench.Output);
    }
}
