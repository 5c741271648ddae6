using System.Text;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>What the server does with what callers send, be it wrong.</summary>
public sealed class FrameServerTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly InProcessTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();
    private FrameServer? _server;

    [Test]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync([.. Frame.JsonRequest("Echo", "1"), .. Frame.JsonRequest("Echo", "2"), .. Frame.JsonRequest("Echo", "3")]);
        await Assert.That([(await caller.ReadMessageAsync())!.Json, (await caller.ReadMessageAsync())!.Json, (await caller.ReadMessageAsync())!.Json])
            .IsSequence(["1", "2", "3"]);
    }

    [Test]
    public async Task A_request_may_come_byte_by_byte()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync([.. Frame.JsonRequest("Echo", "\"slow\"").Select(octet => new[] { octet })]);
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("\"slow\"");
    }

    [Test]
    public async Task A_reply_has_no_newline_and_no_empty_last_frame()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.JsonRequest("Echo", "{}"));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That(reply.HeaderJson[^1]).IsEqualTo((byte)'}');
        await Assert.That(Encoding.UTF8.GetString((await Assert.That(reply.Frames).HasSingleItem()).Payload)).IsEqualTo("{}");
    }

    [Test]
    public async Task A_JSON_reply_counts_until_its_caller_has_read_it_and_JSON_requests_wait_for_that()
    {
        // More than a connection in memory takes before it is read.
        const int Reply = 2 * MemoryPair.BufferBytesMax;
        string json = $"\"{new string('x', Reply - 2)}\"";
        _server = new FrameServer(_transport, new FrameServerOptions { MessageBytesMax = Reply, MemoryBytesMax = Reply })
            .Map("Large", (_, _) => ValueTask.FromResult(FrameBody.RawJson(Encoding.UTF8.GetBytes(json))))
            .Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)));
        _server.Start();
        TransportConnection line = await _transport.ConnectAsync(_cancel);
        await using var slow = new FramePeer(line);
        await slow.SendAsync([.. Frame.JsonRequest("Large", "1")]);
        // Its reply has begun to come, and is not read.
        line.Input.AdvanceTo((await line.Input.ReadAsync(_cancel)).Buffer.Start);
        await using var other = new FramePeer(await _transport.ConnectAsync(_cancel));
        await other.SendAsync([.. Frame.JsonRequest("Echo", "2")]);
        Task<FrameMessage?> echoed = other.ReadMessageAsync();
        await Task.Delay(20, _cancel);
        await Assert.That(echoed.IsCompleted).IsFalse();

        await Assert.That((await slow.ReadMessageAsync())!.Json).IsEqualTo(json);

        await Assert.That((await echoed)!.Json).IsEqualTo("2");
    }

    [Test]
    public async Task A_reset_frame_is_answered_with_one_and_the_end()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.JsonRequest("Echo", "1"), Frame.Reset);
        _ = await caller.ReadMessageAsync();
        await Assert.That((await Assert.That(await caller.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    public async Task After_an_error_reply_the_request_is_read_to_its_end_and_none_of_it_is_executed()
    {
        await using FramePeer caller = await StartAsync();
        // Data that looks like a request: the first implementation executes it.
        await caller.SendAsync(Frame.RequestHeader("Unknown", DataType.Octets, DataType.Json));
        await Assert.That((await caller.ReadMessageAsync())!.Error).IsEqualTo(ReplyError.Request);
        await caller.SendAsync(Frame.Encode(FrameType.Data, true, Frame.JsonRequest("Echo", "\"evil\"")), Frame.JsonRequest("Echo", "\"good\""));
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("\"good\"");
    }

    [Test]
    public async Task The_rest_of_a_refused_request_must_come_in_time()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.RequestHeader("Unknown", DataType.Octets, DataType.Json));
        await Assert.That((await caller.ReadMessageAsync())!.Error).IsEqualTo(ReplyError.Request);
        await _clock.WaitForTimersAsync(2, _cancel);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Assert.That((await caller.ReadFrameAsync())!.Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    [Arguments("null")]
    [Arguments("[]")]
    [Arguments("{\"Endpoint\":1}")]
    [Arguments("{\"Endpoint\":\"Echo\",\"DataType\":2} x")]
    [Arguments("")]
    public async Task A_header_that_is_not_one_right_object_is_refused_and_ends_the_connection(string header)
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Encode(FrameType.Header, true, Encoding.UTF8.GetBytes(header)));
        await Assert.That((await caller.ReadMessageAsync())!.Error).IsEqualTo(ReplyError.Request);
        await Assert.That((await Assert.That(await caller.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    [Arguments(FrameType.Data)]
    [Arguments(FrameType.Trailer)]
    [Arguments((FrameType)9)]
    public async Task A_frame_of_another_type_where_a_header_must_stand_ends_the_connection(FrameType type)
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Encode(type, true, "x"u8));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That(reply.ErrorMessage).Contains($"0x{(byte)type:x2}", StringComparison.Ordinal);
        await Assert.That((await Assert.That(await caller.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    public async Task A_header_within_a_body_ends_the_connection()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.RequestHeader("Echo", DataType.Json), Frame.RequestHeader("Echo", DataType.Json));
        await Assert.That((await caller.ReadMessageAsync())!.Error).IsEqualTo(ReplyError.Request);
        await Assert.That((await Assert.That(await caller.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    public async Task A_request_of_an_unknown_data_type_is_refused_and_the_next_one_served()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Request("Echo", (DataType)7, "x"u8), Frame.JsonRequest("Echo", "1"));
        await Assert.That((await caller.ReadMessageAsync())!.ErrorMessage).Contains("DataType 7", StringComparison.Ordinal);
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("1");
    }

    [Test]
    public async Task A_reply_of_another_type_than_was_accepted_is_refused()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json, DataType.Octets), .. Frame.Encode(FrameType.Data, true, "1"u8)]);
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That((reply.Error, reply.ErrorMessage)).IsEqualTo((ReplyError.Request, "Echo replies with data of type 2, but the request accepts 3"));
    }

    [Test]
    public async Task Json_longer_than_allowed_is_refused_by_its_announced_length_and_the_next_call_served()
    {
        await using FramePeer caller = await StartAsync(new() { MessageBytesMax = 10 });
        await caller.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[11])[..^10]]);
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That((reply.Error, reply.ErrorMessage)).IsEqualTo((ReplyError.Request, "the JSON body is longer than 10 bytes"));
        await caller.SendAsync(new byte[10], Frame.JsonRequest("Echo", "1"));
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("1");
    }

    [Test]
    public async Task Json_in_many_frames_is_refused_when_it_grows_over_the_limit()
    {
        await using FramePeer caller = await StartAsync(new() { MessageBytesMax = 10 });
        await caller.SendAsync(Frame.RequestHeader("Echo", DataType.Json));
        for (int frame = 0; frame < 4; frame++)
            await caller.SendAsync(Frame.Encode(FrameType.Data, frame == 3, "    "u8));
        await caller.SendAsync(Frame.JsonRequest("Echo", "1"));
        await Assert.That((await caller.ReadMessageAsync())!.ErrorMessage).IsEqualTo("the JSON body is longer than 10 bytes");
        await Assert.That((await caller.ReadMessageAsync())!.Json).IsEqualTo("1");
    }

    [Test]
    public async Task A_handler_of_json_refuses_another_body_as_the_callers_fault()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Request("Json", DataType.Octets, "1"u8));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That((reply.Error, reply.ErrorMessage)).IsEqualTo((ReplyError.Request, "Json takes data of type 2, but the request has 3"));
    }

    [Test]
    public async Task What_is_not_json_is_the_callers_fault_and_says_where()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.JsonRequest("Typed", "{\"a\":}"));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        await Assert.That(reply.Error).IsEqualTo(ReplyError.Request);
        await Assert.That(reply.ErrorMessage).Contains("BytePositionInLine: 5", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_body_that_stands_still_loses_its_connection_and_its_memory_serves_others()
    {
        await using FramePeer slow = await StartAsync(new() { MessageBytesMax = 100, MemoryBytesMax = 100 });
        await using FramePeer other = await ConnectAsync();
        await slow.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[100])[..^50]]);
        // The stall guards of its two directions, and the body's own time.
        await _clock.WaitForTimersAsync(2, _cancel);
        await other.SendAsync(Frame.JsonRequest("Echo", "1"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.That((await other.ReadMessageAsync())!.Json).IsEqualTo("1");
    }

    [Test]
    public async Task A_caller_that_does_not_read_its_reply_loses_its_connection()
    {
        await using FramePeer caller = await StartAsync(new() { CallsMax = 1 });
        await using FramePeer other = await ConnectAsync();
        await caller.SendAsync([.. Frame.RequestHeader("Zeros", DataType.None, DataType.Octets), .. Frame.Encode(FrameType.Data, true, default)]);
        await other.SendAsync(Frame.JsonRequest("Echo", "1"));
        await _clock.WaitForTimersAsync(1, _cancel);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.That((await other.ReadMessageAsync())!.Json).IsEqualTo("1");
    }

    [Test]
    public async Task An_upload_that_is_cut_ends_the_connection_and_never_looks_whole()
    {
        var seen = new TaskCompletionSource<Exception>();
        await using FramePeer caller = await StartAsync(map: server => server.Map("Upload", async (request, cancel) =>
        {
            try
            {
                await request.OpenOctets().CopyToAsync(Stream.Null, cancel);
                seen.SetException(new InvalidOperationException("the body looked whole"));
            }
            catch (IOException e)
            {
                seen.SetResult(e);
                throw;
            }
            return FrameBody.None;
        }));
        await caller.SendAsync([.. Frame.RequestHeader("Upload", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[10])[..^2]]);
        await caller.DisposeAsync();
        await Assert.That((await seen.Task).Message).Contains("2 bytes of a frame are missing", StringComparison.Ordinal);
    }

    [Test]
    public async Task An_upload_that_is_reset_ends_the_connection()
    {
        await using FramePeer caller = await StartAsync(map: server => server.Map("Upload", async (request, cancel) =>
        {
            await request.OpenOctets().CopyToAsync(Stream.Null, cancel);
            return FrameBody.None;
        }));
        await caller.SendAsync([.. Frame.RequestHeader("Upload", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[10])], Frame.Reset);
        await Assert.That((await caller.ReadFrameAsync())!.Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    public async Task A_reply_whose_source_fails_is_followed_by_a_reset_and_not_by_its_end()
    {
        await using FramePeer caller = await StartAsync(map: server => server.Map("Broken", (_, _) => ValueTask.FromResult(FrameBody.Octets(new FailingStream(10)))));
        await caller.SendAsync([.. Frame.RequestHeader("Broken", DataType.None, DataType.Octets), .. Frame.Encode(FrameType.Data, true, default)]);
        await Assert.That((await caller.ReadFrameAsync())!.Type).IsEqualTo(FrameType.Header);
        Frame data = (await caller.ReadFrameAsync())!;
        await Assert.That((data.Payload.Length, data.IsLast)).IsEqualTo((10, false));
        await Assert.That((await caller.ReadFrameAsync())!.Type).IsEqualTo(FrameType.Reset);
    }

    [Test]
    public async Task An_error_that_the_handler_chose_reaches_the_caller_and_its_text_is_cut_to_fit()
    {
        await using FramePeer caller = await StartAsync(map: server => server
            .Map("Busy", (_, _) => throw new RpcException(429, Blame.Server, "try later"))
            .Map("Talkative", (_, _) => throw new RpcException(400, Blame.Caller, new string('"', 9000))));
        await caller.SendAsync(Frame.JsonRequest("Busy", "1"), Frame.JsonRequest("Talkative", "1"));
        FrameMessage busy = (await caller.ReadMessageAsync())!;
        await Assert.That((busy.Error, busy.ErrorMessage)).IsEqualTo((ReplyError.Server, "try later"));
        await Assert.That((await caller.ReadMessageAsync())!.ErrorMessage).StartsWith("\"\"\"\"", StringComparison.Ordinal);
    }

    [Test]
    [Arguments(false, "the handler failed")]
    [Arguments(true, "secret")]
    public async Task What_an_unexpected_exception_says_is_told_only_when_asked_for(bool detailed, string expected)
    {
        await using FramePeer caller = await StartAsync(new() { DetailedErrors = detailed }, server => server.Map("Fail", (_, _) => throw new InvalidOperationException("secret")));
        await caller.SendAsync(Frame.JsonRequest("Fail", "1"));
        await Assert.That((await caller.ReadMessageAsync())!.ErrorMessage).IsEqualTo(expected);
    }

    [Test]
    public async Task Stopping_ends_idle_connections_at_once_and_lets_a_call_finish()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        await using FramePeer busy = await StartAsync(map: server => server.Map("Slow", async (_, _) =>
        {
            begun.SetResult();
            await finish.Task;
            return FrameBody.RawJson("\"done\""u8.ToArray());
        }));
        await using FramePeer idle = await ConnectAsync();
        await busy.SendAsync(Frame.JsonRequest("Slow", "1"));
        await begun.Task;
        Task stopped = _server!.StopAsync(Timeout.InfiniteTimeSpan, _cancel);
        await Assert.That((await Assert.That(await idle.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
        await Assert.That(stopped.IsCompleted).IsFalse();
        finish.SetResult();
        await Assert.That((await busy.ReadMessageAsync())!.Json).IsEqualTo("\"done\"");
        await Assert.That((await Assert.That(await busy.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
        await stopped;
    }

    [Test]
    public async Task Stopping_cancels_what_outlives_its_grace()
    {
        var begun = new TaskCompletionSource();
        await using FramePeer caller = await StartAsync(map: server => server.Map("Endless", async (_, cancel) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return FrameBody.None;
        }));
        await caller.SendAsync(Frame.JsonRequest("Endless", "1"));
        await begun.Task;
        await _server!.StopAsync(TimeSpan.Zero, _cancel);
        _ = await Assert.ThrowsAsync<IOException>(caller.ReadToEndAsync);
    }

    [Test]
    public async Task Two_handlers_of_one_endpoint_and_handlers_after_the_start_are_refused()
    {
        _server = new FrameServer(_transport).Map("A", (_, _) => default);
        await Assert.That(Assert.ThrowsExactly<InvalidOperationException>(() => _server.Map("A", (_, _) => default)).Message)
            .Contains("\"A\"", StringComparison.Ordinal);
        _server.Start();
        _ = Assert.ThrowsExactly<InvalidOperationException>(() => _server.Map("B", (_, _) => default));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private async Task<FramePeer> StartAsync(FrameServerOptions? options = null, Func<FrameServer, FrameServer>? map = null)
    {
        _server = new FrameServer(_transport, (options ?? new FrameServerOptions()) with { TimeProvider = _clock })
            .Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)))
            .Map("Typed", async (request, cancel) => FrameBody.Json(await request.ReadJsonAsync(MessageHeaderJsonContext.Default.MessageHeaderRecord, cancel), MessageHeaderJsonContext.Default.MessageHeaderRecord!))
            .Map("Json", MessageHeaderJsonContext.Default.MessageHeaderRecord, MessageHeaderJsonContext.Default.MessageHeaderRecord, (record, _) => ValueTask.FromResult(record))
            .Map("Zeros", (_, _) => ValueTask.FromResult(FrameBody.Octets(new byte[64 << 20])));
        _ = map?.Invoke(_server);
        _server.Start();
        return await ConnectAsync();
    }

    private async Task<FramePeer> ConnectAsync() => new(await _transport.ConnectAsync(_cancel));
}
