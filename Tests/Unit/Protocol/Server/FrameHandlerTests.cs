using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Hosting.Logging;
using FrameRpc.Tests.Simulation.Frames;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>What handlers may do with a request, its body and its token, without harm to other calls.</summary>
public sealed class FrameHandlerTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly InProcessTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly LogBook _log = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FrameServer? _server;

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task A_handler_may_let_go_of_a_body_before_its_end_and_the_next_call_is_served(bool fails)
    {
        await using FramePeer caller = await StartAsync(async (request, cancel) =>
        {
            await using (Stream body = request.OpenOctets())
                await body.ReadExactlyAsync(new byte[1], cancel);
            return fails ? throw new RpcException(400, Blame.Caller, "no") : FrameBody.RawJson("\"enough\""u8.ToArray());
        });
        await caller.SendAsync(Frame.RequestHeader("Handler", DataType.Octets, DataType.Json), Frame.Encode(FrameType.Data, false, new byte[10]));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That(reply.ErrorMessage).IsEqualTo(fails ? "no" : "");
        await caller.SendAsync(Frame.Encode(FrameType.Data, true, new byte[10]), Frame.JsonRequest("Echo", "2"));
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("2");
        await Assert.That(_log.Lines).DoesNotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_handler_that_fails_while_it_looks_at_a_body_loses_no_place_in_it()
    {
        await using FramePeer caller = await StartAsync(async (request, cancel) =>
        {
            _ = await request.Octets.ReadAsync(cancel);
            throw new RpcException(400, Blame.Caller, "no");
        });
        await caller.SendAsync(Frame.RequestHeader("Handler", DataType.Octets, DataType.Json), Frame.Encode(FrameType.Data, false, new byte[10]));
        await Assert.That((await caller.ReadMessageAsync())!.ErrorMessage).IsEqualTo("no");
        await caller.SendAsync(Frame.Encode(FrameType.Data, true, new byte[10]), Frame.JsonRequest("Echo", "2"));
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("2");
    }

    [Test]
    public async Task A_handler_that_gave_up_reading_leaves_no_time_limit_behind()
    {
        await using FramePeer caller = await StartAsync(async (request, cancel) =>
        {
            using var own = new CancellationTokenSource();
            ValueTask<System.IO.Pipelines.ReadResult> reading = request.Octets.ReadAsync(own.Token);
            await own.CancelAsync();
            _ = await Assert.ThrowsAsync<OperationCanceledException>(async () => await reading);
            _begun.SetResult();
            await _goOn.Task.WaitAsync(cancel);
            return FrameBody.RawJson("\"late\""u8.ToArray());
        });
        await caller.SendAsync(Frame.RequestHeader("Handler", DataType.Octets, DataType.Json));
        await _begun.Task.WaitAsync(_cancel);
        await caller.SendAsync(Frame.Encode(FrameType.Data, true, new byte[10]));
        _goOn.SetResult();
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("\"late\"");
        await caller.SendAsync(Frame.JsonRequest("Echo", "1"));
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("1");
        _clock.Advance(TimeSpan.FromMinutes(5));
        await caller.SendAsync(Frame.JsonRequest("Echo", "2"));
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("2");
    }

    [Test]
    public async Task A_handler_whose_token_callback_throws_does_not_keep_the_server_from_ending_the_others()
    {
        int begun = 0;
        await using FramePeer first = await StartAsync(async (request, cancel) =>
        {
            _ = cancel.Register(() => throw new InvalidOperationException("a defect of the handler"));
            if (Interlocked.Increment(ref begun) == 2)
                _begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return FrameBody.None;
        });
        await using FramePeer second = await ConnectAsync();
        await first.SendAsync(Frame.JsonRequest("Handler", "1"));
        await second.SendAsync(Frame.JsonRequest("Handler", "1"));
        await _begun.Task.WaitAsync(_cancel);
        await _server!.StopAsync(TimeSpan.Zero, _cancel);
        _ = await Assert.ThrowsAsync<IOException>(first.ReadToEndAsync);
        _ = await Assert.ThrowsAsync<IOException>(second.ReadToEndAsync);
    }

    [Test]
    public async Task A_handler_that_wraps_a_lost_connection_into_its_own_exception_is_no_defect_of_the_server()
    {
        FramePeer caller = await StartAsync(async (request, cancel) =>
        {
            _begun.SetResult();
            try
            {
                _ = await request.ReadRawJsonAsync(cancel);
            }
            catch (RpcException e)
            {
                throw new InvalidOperationException("the order could not be read", e);
            }
            return FrameBody.None;
        });
        await caller.SendAsync(Frame.RequestHeader("Handler", DataType.Json), Frame.Encode(FrameType.Data, true, "{}"u8)[..^1]);
        await _begun.Task.WaitAsync(_cancel);
        await caller.DisposeAsync();
        await _server!.StopAsync(Timeout.InfiniteTimeSpan, _cancel);
        await Assert.That(_log.Lines).DoesNotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private async Task<FramePeer> StartAsync(FrameHandler handler)
    {
        _server = new FrameServer(_transport, new FrameServerOptions { TimeProvider = _clock, Logger = _log })
            .Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)))
            .Map("Handler", handler);
        _server.Start();
        return await ConnectAsync();
    }

    private async Task<FramePeer> ConnectAsync() => new(await _transport.ConnectAsync(_cancel));
}
