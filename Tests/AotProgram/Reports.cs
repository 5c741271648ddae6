using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Telemetry;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.AotProgram;

/// <summary>What clients and servers say of themselves.</summary>
internal static class Reports
{
    public static Feature[] Features =>
    [
        new("logs", LogsAsync),
        new("activities", ActivitiesAsync),
        new("metrics", MetricsAsync),
    ];

    private static async Task LogsAsync()
    {
        var log = new Log();
        await UseAsync(new SmfServerOptions { Logger = log }, new SmfClientOptions { Logger = log });
        Expect.True(log.Lines.Contains("in process: serving"));
        Expect.True(log.Lines.Contains("in process: connected"));
    }

    private static async Task ActivitiesAsync()
    {
        var ended = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RpcTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => ended.Add($"{activity.Kind} {activity.GetTagItem("rpc.system")}"),
        };
        ActivitySource.AddActivityListener(listener);
        await UseAsync();
        Expect.True(ended.Contains("Client smf") && ended.Contains("Server smf"), string.Join(", ", ended));
    }

    private static async Task MetricsAsync()
    {
        var measured = new ConcurrentBag<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == RpcTelemetry.Name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => measured.Add(instrument.Name));
        listener.Start();
        await UseAsync();
        Expect.True(measured.Contains("rpc.client.call.duration") && measured.Contains("rpc.server.call.duration"), string.Join(", ", measured));
    }

    /// <summary>One call; when this returns the server has stopped, and its side of the call has been reported.</summary>
    private static Task UseAsync(SmfServerOptions? serving = null, SmfClientOptions? calling = null) =>
        Ends.UseSmfAsync(SmfCalls.MapEcho, client => SmfCalls.CallEchoAsync(client, "payload"u8.ToArray()), serving, calling);

    private sealed class Log : ILogger
    {
        public ConcurrentBag<string> Lines { get; } = [];

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
