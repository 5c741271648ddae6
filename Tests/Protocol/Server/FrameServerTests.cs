using System.Text;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>What the server does with what callers send, be it wrong.</summary>
public sealed class FrameServerTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly InProcessTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();
    private FrameServer? _server;

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync([.. Frame.JsonRequest("Echo", "1"), .. Frame.JsonRequest("Echo", "2"), .. Frame.JsonRequest("Echo", "3")]);
        Assert.Equal(["1", "2", "3"], [(await caller.ReadMessageAsync())!.Json, (await caller.ReadMessageAsync())!.Json, (await caller.ReadMessageAsync())!.Json]);
    }

    [Fact]
    public async Task A_request_may_come_byte_by_byte()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync([.. Frame.JsonRequest("Echo", "\"slow\"").Select(octet => new[] { octet })]);
        Assert.Equal("\"slow\"", (await caller.ReadMessageAsync())!.Json);
    }

    [Fact]
    public async Task A_reply_has_no_newline_and_no_empty_last_frame()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.JsonRequest("Echo", "{}"));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        Assert.Equal((byte)'}', reply.HeaderJson[^1]);
        Assert.Equal("{}", Encoding.UTF8.GetString(Assert.Single(reply.Frames).Payload));
    }

    [Fact]
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
        Assert.False(echoed.IsCompleted);

        Assert.Equal(json, (await slow.ReadMessageAsync())!.Json);

        Assert.Equal("2", (await echoed)!.Json);
    }

    [Fact]
    public async Task A_reset_frame_is_answered_with_one_and_the_end()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.JsonRequest("Echo", "1"), Frame.Reset);
        _ = await caller.ReadMessageAsync();
        Assert.Equal(FrameType.Reset, Assert.Single(await caller.ReadToEndAsync()).Type);
    }

    [Fact]
    public async Task After_an_error_reply_the_request_is_read_to_its_end_and_none_of_it_is_executed()
    {
        await using FramePeer caller = await StartAsync();
        // Data that looks like a request: the first implementation executes it.
        await caller.SendAsync(Frame.RequestHeader("Unknown", DataType.Octets, DataType.Json));
        Assert.Equal(ReplyError.Request, (await caller.ReadMessageAsync())!.Error);
        await caller.SendAsync(Frame.Encode(FrameType.Data, true, Frame.JsonRequest("Echo", "\"evil\"")), Frame.JsonRequest("Echo", "\"good\""));
        Assert.Equal("\"good\"", (await caller.ReadMessageAsync())!.Json);
    }

    [Fact]
    public async Task The_rest_of_a_refused_request_must_come_in_time()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.RequestHeader("Unknown", DataType.Octets, DataType.Json));
        Assert.Equal(ReplyError.Request, (await caller.ReadMessageAsync())!.Error);
        await _clock.WaitForTimersAsync(2, _cancel);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(FrameType.Reset, (await caller.ReadFrameAsync())!.Type);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"Endpoint\":1}")]
    [InlineData("{\"Endpoint\":\"Echo\",\"DataType\":2} x")]
    [InlineData("")]
    public async Task A_header_that_is_not_one_right_object_is_refused_and_ends_the_connection(string header)
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Encode(FrameType.Header, true, Encoding.UTF8.GetBytes(header)));
        Assert.Equal(ReplyError.Request, (await caller.ReadMessageAsync())!.Error);
        Assert.Equal(FrameType.Reset, Assert.Single(await caller.ReadToEndAsync()).Type);
    }

    [Theory]
    [InlineData(FrameType.Data)]
    [InlineData(FrameType.Trailer)]
    [InlineData((FrameType)9)]
    public async Task A_frame_of_another_type_where_a_header_must_stand_ends_the_connection(FrameType type)
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Encode(type, true, "x"u8));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        Assert.Contains($"0x{(byte)type:x2}", reply.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(FrameType.Reset, Assert.Single(await caller.ReadToEndAsync()).Type);
    }

    [Fact]
    public async Task A_header_within_a_body_ends_the_connection()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.RequestHeader("Echo", DataType.Json), Frame.RequestHeader("Echo", DataType.Json));
        Assert.Equal(ReplyError.Request, (await caller.ReadMessageAsync())!.Error);
        Assert.Equal(FrameType.Reset, Assert.Single(await caller.ReadToEndAsync()).Type);
    }

    [Fact]
    public async Task A_request_of_an_unknown_data_type_is_refused_and_the_next_one_served()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Request("Echo", (DataType)7, "x"u8), Frame.JsonRequest("Echo", "1"));
        Assert.Contains("DataType 7", (await caller.ReadMessageAsync())!.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("1", (await caller.ReadMessageAsync())!.Json);
    }

    [Fact]
    public async Task A_reply_of_another_type_than_was_accepted_is_refused()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json, DataType.Octets), .. Frame.Encode(FrameType.Data, true, "1"u8)]);
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        Assert.Equal((ReplyError.Request, "Echo replies with data of type 2, and 3 was accepted"), (reply.Error, reply.ErrorMessage));
    }

    [Fact]
    public async Task Json_longer_than_allowed_is_refused_by_its_announced_length_and_the_next_call_served()
    {
        await using FramePeer caller = await StartAsync(new() { MessageBytesMax = 10 });
        await caller.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[11])[..^10]]);
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        Assert.Equal((ReplyError.Request, "the JSON body is longer than 10 bytes"), (reply.Error, reply.ErrorMessage));
        await caller.SendAsync(new byte[10], Frame.JsonRequest("Echo", "1"));
        Assert.Equal("1", (await caller.ReadMessageAsync())!.Json);
    }

    [Fact]
    public async Task Json_in_many_frames_is_refused_when_it_grows_over_the_limit()
    {
        await using FramePeer caller = await StartAsync(new() { MessageBytesMax = 10 });
        await caller.SendAsync(Frame.RequestHeader("Echo", DataType.Json));
        for (int frame = 0; frame < 4; frame++)
            await caller.SendAsync(Frame.Encode(FrameType.Data, frame == 3, "    "u8));
        await caller.SendAsync(Frame.JsonRequest("Echo", "1"));
        Assert.Equal("the JSON body is longer than 10 bytes", (await caller.ReadMessageAsync())!.ErrorMessage);
        Assert.Equal("1", (await caller.ReadMessageAsync())!.Json);
    }

    [Fact]
    public async Task A_handler_of_json_refuses_another_body_as_the_callers_fault()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.Request("Json", DataType.Octets, "1"u8));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        Assert.Equal((ReplyError.Request, "Json takes data of type 2, and the request holds 3"), (reply.Error, reply.ErrorMessage));
    }

    [Fact]
    public async Task What_is_not_json_is_the_callers_fault_and_says_where()
    {
        await using FramePeer caller = await StartAsync();
        await caller.SendAsync(Frame.JsonRequest("Typed", "{\"a\":}"));
        FrameMessage reply = (await caller.ReadMessageAsync())!;
        Assert.Equal(ReplyError.Request, reply.Error);
        Assert.Contains("BytePositionInLine: 5", reply.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_stands_still_loses_its_connection_and_its_memory_serves_others()
    {
        await using FramePeer slow = await StartAsync(new() { MessageBytesMax = 100, MemoryBytesMax = 100 });
        await using FramePeer other = await ConnectAsync();
        await slow.SendAsync([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[100])[..^50]]);
        // The stall guards of its two directions, and the body's own time.
        await _clock.WaitForTimersAsync(2, _cancel);
        await other.SendAsync(Frame.JsonRequest("Echo", "1"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("1", (await other.ReadMessageAsync())!.Json);
    }

    [Fact]
    public async Task A_caller_that_does_not_read_its_reply_loses_its_connection()
    {
        await using FramePeer caller = await StartAsync(new() { CallsMax = 1 });
        await using FramePeer other = await ConnectAsync();
        await caller.SendAsync([.. Frame.RequestHeader("Zeros", DataType.None, DataType.Octets), .. Frame.Encode(FrameType.Data, true, default)]);
        await other.SendAsync(Frame.JsonRequest("Echo", "1"));
        await _clock.WaitForTimersAsync(1, _cancel);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("1", (await other.ReadMessageAsync())!.Json);
    }

    [Fact]
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
        Assert.Contains("2 bytes of a frame are missing", (await seen.Task).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_is_reset_ends_the_connection()
    {
        await using FramePeer caller = await StartAsync(map: server => server.Map("Upload", async (request, cancel) =>
        {
            await request.OpenOctets().CopyToAsync(Stream.Null, cancel);
            return FrameBody.None;
        }));
        await caller.SendAsync([.. Frame.RequestHeader("Upload", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[10])], Frame.Reset);
        Assert.Equal(FrameType.Reset, (await caller.ReadFrameAsync())!.Type);
    }

    [Fact]
    public async Task A_reply_whose_source_fails_is_followed_by_a_reset_and_not_by_its_end()
    {
        await using FramePeer caller = await StartAsync(map: server => server.Map("Broken", (_, _) => ValueTask.FromResult(FrameBody.Octets(new FailingStream(10)))));
        await caller.SendAsync([.. Frame.RequestHeader("Broken", DataType.None, DataType.Octets), .. Frame.Encode(FrameType.Data, true, default)]);
        Assert.Equal(FrameType.Header, (await caller.ReadFrameAsync())!.Type);
        Frame data = (await caller.ReadFrameAsync())!;
        Assert.Equal((10, false), (data.Payload.Length, data.IsLast));
        Assert.Equal(FrameType.Reset, (await caller.ReadFrameAsync())!.Type);
    }

    [Fact]
    public async Task An_error_that_the_handler_chose_reaches_the_caller_and_its_text_is_cut_to_fit()
    {
        await using FramePeer caller = await StartAsync(map: server => server
            .Map("Busy", (_, _) => throw new RpcException(429, Blame.Server, "try later"))
            .Map("Talkative", (_, _) => throw new RpcException(400, Blame.Caller, new string('"', 9000))));
        await caller.SendAsync(Frame.JsonRequest("Busy", "1"), Frame.JsonRequest("Talkative", "1"));
        FrameMessage busy = (await caller.ReadMessageAsync())!;
        Assert.Equal((ReplyError.Server, "try later"), (busy.Error, busy.ErrorMessage));
        Assert.StartsWith("\"\"\"\"", (await caller.ReadMessageAsync())!.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "the handler failed")]
    [InlineData(true, "secret")]
    public async Task What_an_unexpected_exception_says_is_told_only_when_asked_for(bool detailed, string expected)
    {
        await using FramePeer caller = await StartAsync(new() { DetailedErrors = detailed }, server => server.Map("Fail", (_, _) => throw new InvalidOperationException("secret")));
        await caller.SendAsync(Frame.JsonRequest("Fail", "1"));
        Assert.Equal(expected, (await caller.ReadMessageAsync())!.ErrorMessage);
    }

    [Fact]
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
        Assert.Equal(FrameType.Reset, Assert.Single(await idle.ReadToEndAsync()).Type);
        Assert.False(stopped.IsCompleted);
        finish.SetResult();
        Assert.Equal("\"done\"", (await busy.ReadMessageAsync())!.Json);
        Assert.Equal(FrameType.Reset, Assert.Single(await busy.ReadToEndAsync()).Type);
        await stopped;
    }

    [Fact]
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
        _ = await Assert.ThrowsAnyAsync<IOException>(caller.ReadToEndAsync);
    }

    [Fact]
    public void Two_handlers_of_one_endpoint_and_handlers_after_the_start_are_refused()
    {
        _server = new FrameServer(_transport).Map("A", (_, _) => default);
        Assert.Contains("\"A\"", Assert.Throws<InvalidOperationException>(() => _server.Map("A", (_, _) => default)).Message, StringComparison.Ordinal);
        _server.Start();
        _ = Assert.Throws<InvalidOperationException>(() => _server.Map("B", (_, _) => default));
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
