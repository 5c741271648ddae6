using System.Diagnostics;
using System.Diagnostics.Metrics;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Telemetry;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;
using SmfServer = FrameRpc.Protocol.Server.SmfServer;

namespace FrameRpc.Tests.Protocol.Telemetry;

/// <summary>What listeners for activities and metrics see of calls, on both sides.</summary>
[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed class CallTelemetryTests : IDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly List<Activity> _activities = [];
    private readonly List<(string Instrument, string System, string Method, int Status)> _durations = [];
    private readonly ActivityListener _activityListener;
    private readonly MeterListener _meterListener = new();

    public CallTelemetryTests()
    {
        _activityListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RpcTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_activityListener);
        _meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == RpcTelemetry.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _meterListener.SetMeasurementEventCallback<double>(Record);
        _meterListener.Start();
    }

    [Test]
    public async Task A_frame_call_is_a_span_and_a_duration_on_each_side_with_method_and_status()
    {
        var transport = new InProcessTransport();
        await using (FrameServer server = new FrameServer(transport).Map("Nothing", (_, _) => ValueTask.FromResult(FrameBody.None)))
        {
            server.Start();
            await using var client = new FrameClient(transport);
            await using FrameReply reply = await client.SendAsync("Nothing", FrameBody.None, DataType.None, cancel: _cancel);
            _ = await Assert.ThrowsExactlyAsync<RpcReplyException>(() => client.SendAsync("Nobody", FrameBody.None, DataType.None, cancel: _cancel));
        }
        await AssertSeen("frame", "Nothing", 200, 200);
        await AssertSeen("frame", "Nobody", client: 400, server: 404);
    }

    [Test]
    public async Task A_frame_call_whose_caller_goes_is_a_span_that_ends()
    {
        var transport = new InProcessTransport();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (FrameServer server = new FrameServer(transport).Map("Read", async (request, cancel) =>
        {
            begun.SetResult();
            return FrameBody.RawJson(await request.ReadRawJsonAsync(cancel));
        }))
        {
            server.Start();
            var caller = new FramePeer(await transport.ConnectAsync(_cancel));
            await caller.SendAsync(Frame.RequestHeader("Read", DataType.Json));
            await begun.Task.WaitAsync(_cancel);
            await caller.DisposeAsync();
            await server.StopAsync(Timeout.InfiniteTimeSpan, _cancel);
        }
        await Assert.That(_durations).Contains(("rpc.server.call.duration", "frame", "Read", 502));
        await Assert.That(_activities).Contains(span => span is { Kind: ActivityKind.Server, DisplayName: "Read", Status: ActivityStatusCode.Error });
    }

    [Test]
    public async Task An_smf_call_is_a_span_and_a_duration_on_each_side_with_method_and_status()
    {
        var transport = new InProcessTransport();
        var fails = new RequestId(8);
        await using (SmfServer server = new SmfServer(transport).Map(fails, (_, _) => throw new InvalidOperationException("secret"), "Storage.Fail"))
        {
            server.Start();
            await using var client = new SmfClient(transport);
            _ = await Assert.ThrowsExactlyAsync<RpcReplyException>(async () => await client.CallAsync(fails, new byte[60], cancel: _cancel));
        }
        await Assert.That(_durations).Contains(("rpc.client.call.duration", "smf", fails.ToString(), 500));
        await Assert.That(_durations).Contains(("rpc.server.call.duration", "smf", "Storage.Fail", 500));
        await Assert.That(_activities).Contains(span => span is { Kind: ActivityKind.Server, DisplayName: "Storage.Fail", Status: ActivityStatusCode.Error });
    }

    public void Dispose()
    {
        _activityListener.Dispose();
        _meterListener.Dispose();
    }

    private async Task AssertSeen(string system, string method, int client, int server)
    {
        await Assert.That(_durations).Contains(("rpc.client.call.duration", system, method, client));
        await Assert.That(_durations).Contains(("rpc.server.call.duration", system, method, server));
        foreach ((ActivityKind kind, int status) in new[] { (ActivityKind.Client, client), (ActivityKind.Server, server) })
        {
            Activity span = await Assert.That(_activities).HasSingleItem(span => span.Kind == kind && span.DisplayName == method);
            await Assert.That(span.GetTagItem("rpc.response.status_code")).IsEqualTo((object?)status);
            await Assert.That(span.Status).IsEqualTo(status == 200 ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
        }
    }

    private void Add(Activity activity)
    {
        lock (_activities)
            _activities.Add(activity);
    }

    private void Record(Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        Must.Hold(seconds >= 0);
        Dictionary<string, object?> named = new(tags.ToArray());
        lock (_durations)
            _durations.Add((instrument.Name, (string)named["rpc.system"]!, (string)named["rpc.method"]!, (int)named["rpc.response.status_code"]!));
    }
}
