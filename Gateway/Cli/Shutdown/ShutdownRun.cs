using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli.Shutdown;

/// <summary>Asks a gateway to stop and waits until it has exited.</summary>
internal sealed class ShutdownRun(Address address, TimeSpan delay, TextWriter output, TextWriter error)
{
    /// <summary>How often to check whether it still runs.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How often to report progress.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private long _begun;

    /// <summary>Time allowed beyond the delay and the drain timeout.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The gateway's token; without one, only its own user and root can stop it, over a Unix socket.</summary>
    public string? Token { get; init; }

    /// <summary>The clock of everything except the time limit of a reply.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private TimeSpan Elapsed => Time.GetElapsedTime(_begun);

    /// <summary>Returns the exit status.</summary>
    public async Task<int> StopAsync()
    {
        _begun = Time.GetTimestamp();
        try
        {
            await using AdminClient client = await AdminClient.ConnectAsync(address);
            TimeSpan limit = delay + DrainTimeoutIn(await client.AskAsync("GET", "/config")) + Margin;
            AdminReply reply = await client.AskAsync("POST", $"/shutdown?delay={DurationForm.Display(delay)}", Token);
            return reply.Status == 202 ? await WaitAsync(client, limit) : Fail($"the gateway at {address} refused to stop: {reply.Text}");
        }
        catch (SocketException unreachable)
        {
            return Fail($"cannot connect to {address}: {unreachable.Message}. Is the gateway running with this admin address? Give another one with --admin.");
        }
        catch (OperationCanceledException)
        {
            return Fail($"{address} does not answer. If a gateway listens there, it is stuck: kill its process.");
        }
        catch (Exception wrong) when (wrong is IOException or InvalidDataException or JsonException)
        {
            return Fail($"{address} is not the admin endpoint of a gateway: {wrong.Message}");
        }
    }

    private async Task<int> WaitAsync(AdminClient client, TimeSpan limit)
    {
        TimeSpan reportAt = ReportInterval;
        while (Elapsed < limit)
        {
            await Task.Delay(LookInterval, Time);
            bool reports = Elapsed >= reportAt;
            try
            {
                AdminReply reply = await client.AskAsync("GET", reports ? "/backends" : "/readyz");
                if (reports)
                    Report(CallsIn(reply));
            }
            catch (Exception end) when (end is IOException or SocketException)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the gateway at {address} exited after {Elapsed.TotalSeconds:0.0} s"));
                return ExitStatus.Success;
            }
            if (reports)
                reportAt += ReportInterval;
        }
        return Fail($"the gateway at {address} did not exit within {limit.TotalSeconds:0} s, which includes the delay and the drain timeout; kill its process");
    }

    private void Report(int calls) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"still running after {Elapsed.TotalSeconds:0} s, with {calls} {(calls == 1 ? "call" : "calls")} in flight"));

    private int Fail(string problem)
    {
        error.WriteLine($"{GatewayCommandLine.Program}: {problem}");
        return ExitStatus.Failed;
    }

    /// <summary>The value of the running gateway: the file may have changed since it was read.</summary>
    private static TimeSpan DrainTimeoutIn(AdminReply config)
    {
        using var json = JsonDocument.Parse(config.Text);
        ValueOption<GatewayOptions, TimeSpan> option = GatewaySection.DrainTimeout;
        return json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty(option.Name, out JsonElement written)
            && option.TypedForm.Read(written.ToString(), SettingKind.String, out TimeSpan drainTimeout) is null
                ? drainTimeout
                : throw new InvalidDataException($"its configuration contains no {option.Name}");
    }

    private static int CallsIn(AdminReply backends)
    {
        using var json = JsonDocument.Parse(backends.Text);
        return json.RootElement.GetProperty("backends").EnumerateArray()
            .SelectMany(backend => backend.GetProperty("servers").EnumerateArray())
            .Sum(server => server.GetProperty("callsInFlight").GetInt32());
    }
}
