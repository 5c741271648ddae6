using System.Diagnostics;
using System.Diagnostics.Metrics;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Telemetry;

/// <summary>
/// Tracing and metrics of one call: an <see cref="Activity"/> and an entry in a histogram of seconds. Allocates nothing without listeners.
/// </summary>
/// <remarks>
/// Names and tags are those of OpenTelemetry's conventions for RPC: <c>rpc.client.call.duration</c> and <c>rpc.server.call.duration</c> with
/// <c>rpc.system</c> (<c>frame</c> or <c>smf</c>), <c>rpc.method</c>, <c>rpc.response.status_code</c>. Neither format has room for a trace id, so the
/// spans of the two sides are not linked.
/// </remarks>
internal struct CallTelemetry
{
    private static readonly ActivitySource Source = new(RpcTelemetry.Name);
    private static readonly Meter Meter = new(RpcTelemetry.Name);
    private static readonly Histogram<double> ClientDuration = Meter.CreateHistogram<double>("rpc.client.call.duration", "s", "Duration of calls.");
    private static readonly Histogram<double> ServerDuration = Meter.CreateHistogram<double>("rpc.server.call.duration", "s", "Duration of serving calls.");

    private readonly Histogram<double> _duration;
    private readonly Activity? _activity;
    private readonly string _system;
    private readonly string _method;
    private readonly long _start;

    private CallTelemetry(Histogram<double> duration, ActivityKind kind, string system, string method)
    {
        _duration = duration;
        _system = system;
        _method = method;
        _activity = Source.StartActivity(method, kind);
        _ = _activity?.SetTag("rpc.system", system).SetTag("rpc.method", method);
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Whether there is a listener; without one, a call needs no name.</summary>
    public static bool ClientEnabled => ClientDuration.Enabled || Source.HasListeners();

    /// <inheritdoc cref="ClientEnabled"/>
    public static bool ServerEnabled => ServerDuration.Enabled || Source.HasListeners();

    public static CallTelemetry StartClient(string system, string method) =>
        ClientEnabled ? new(ClientDuration, ActivityKind.Client, system, method) : default;

    public static CallTelemetry StartServer(string system, string method) =>
        ServerEnabled ? new(ServerDuration, ActivityKind.Server, system, method) : default;

    /// <summary>Ends the call; once.</summary>
    public readonly void End(Exception? failure) =>
        End(failure is null ? SmfStatus.Ok : (failure as RpcException)?.Status ?? SmfStatus.ServerError, failure?.Message);

    /// <summary>Ends the call; once.</summary>
    public readonly void End(uint status, string? failure = null)
    {
        if (_duration is null)
            return;
        var tags = new TagList { { "rpc.system", _system }, { "rpc.method", _method }, { "rpc.response.status_code", (int)status } };
        _duration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, tags);
        if (_activity is null)
            return;
        _ = _activity.SetTag("rpc.response.status_code", (int)status);
        if (status != SmfStatus.Ok)
            _ = _activity.SetStatus(ActivityStatusCode.Error, failure);
        _activity.Dispose();
    }
}

/// <summary>The name under which the library's tracing and metrics are found.</summary>
public static class RpcTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/> and of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string Name = "FrameRpc.Protocol";
}
