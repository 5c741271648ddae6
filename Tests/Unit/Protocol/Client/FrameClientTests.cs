using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>What the client does with what a server sends, be it wrong, and with its connections.</summary>
public sealed class FrameClientTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly ManualTimeProvider _clock = new();
    private readonly MadeConnections _connections = new();
    private FrameClient? _client;

    [Test]
    public async Task Header_and_body_of_a_small_request_are_one_write()
    {
        MemoryPair pair = MemoryPair.Create();
        _connections.Add(pair.Client);
        Task<FrameReply> call = CallAsync(Client());
        ReadResult first = await pair.Server.Input.ReadAsync(_cancel);
        byte[] header = """{"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}"""u8.ToArray();
        await Assert.That(first.Buffer.ToArray()).IsSequence([.. Frame.Encode(FrameType.Header, true, header), .. Frame.Encode(FrameType.Data, true, "1"u8)]);
        pair.Server.Input.AdvanceTo(first.Buffer.End);
        pair.Server.Abort();
        await pair.Server.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call);
    }

    [Test]
    public async Task A_connection_serves_call_after_call()
    {
        await using FramePeer server = Connect();
        for (int call = 0; call < 3; call++)
            await Assert.That(await AnsweredAsync(Client(), server)).IsEqualTo("1");
        await Assert.That(_connections.Attempts).IsEqualTo(1);
    }

    [Test]
    public async Task A_call_beyond_the_connections_waits_until_a_reply_was_read()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        Task<FrameReply> first = CallAsync(client);
        Task<FrameReply> second = CallAsync(client);
        await ReplyAsync(server);
        FrameReply reply = await first;
        await Assert.That(second.IsCompleted).IsFalse();
        _ = await reply.ReadRawJsonAsync(_cancel);
        await ReplyAsync(server);
        await (await second).DisposeAsync();
    }

    [Test]
    [Arguments(ReplyError.Request, DataType.Json, false)]
    [Arguments(ReplyError.Server, DataType.Json, false)]
    [Arguments(ReplyError.Undecided, DataType.Json, true)]
    [Arguments(ReplyError.Undecided, DataType.Octets, false)]
    public async Task After_an_error_reply_a_connection_is_used_again_only_where_the_server_has_surely_read_the_request(ReplyError error, DataType body, bool reused)
    {
        await using FramePeer server = Connect();
        await using FramePeer next = Connect();
        Task<FrameReply> call = CallAsync(Client(), body is DataType.Json ? FrameBody.RawJson("1"u8.ToArray()) : FrameBody.Octets("1"u8.ToArray()));
        _ = await server.ReadMessageAsync();
        await server.SendAsync(Frame.ReplyHeader(DataType.Absent, error, "no"));
        _ = await Assert.ThrowsExactlyAsync<RpcReplyException>(() => call);
        await Assert.That(await AnsweredAsync(Client(), reused ? server : next)).IsEqualTo("1");
        await Assert.That(_connections.Attempts).IsEqualTo(reused ? 1 : 2);
    }

    [Test]
    public async Task An_error_reply_ends_a_call_whose_request_is_still_being_sent()
    {
        await using FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client(), FrameBody.Octets(new EndlessStream()));
        _ = await server.ReadFrameAsync();
        await server.SendAsync(Frame.ReplyHeader(DataType.Absent, ReplyError.Request, "too much"));
        var e = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => call))!;
        await Assert.That((e.Message, e.Blame)).IsEqualTo(("Echo: too much", Blame.Caller));
    }

    [Test]
    public async Task A_source_is_read_no_further_than_the_server_takes_it()
    {
        await using FramePeer server = Connect();
        var source = new EndlessStream();
        Task<FrameReply> call = CallAsync(Client(), FrameBody.Octets(source));
        // Memory takes what is written at once, until it is full: all that can be sent has been sent by now.
        await Assert.That(source.BytesRead).IsBetween(MemoryPair.BufferBytesMax / 2, 2 * MemoryPair.BufferBytesMax);
        await Assert.That(call.IsCompleted).IsFalse();
        await _client!.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call);
    }

    [Test]
    public async Task A_request_whose_source_fails_ends_with_a_reset_and_its_caller_gets_the_sources_own_exception()
    {
        await using FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client(), FrameBody.Octets(new FailingStream(10)));
        await Assert.That((await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => call))!.Message).IsEqualTo("the disk is gone");
        // The connection ends abruptly behind it, and memory shows that before what was sent.
        _ = await Assert.ThrowsAsync<IOException>(server.ReadToEndAsync);
    }

    [Test]
    [Arguments(0)]
    [Arguments(100_000)]
    public async Task A_pipe_that_is_completed_with_an_exception_fails_the_call_whenever_it_is_noticed(int bytes)
    {
        await using FramePeer server = Connect();
        var source = new Pipe();
        if (bytes > 0)
            _ = source.Writer.WriteAsync(new byte[bytes], _cancel).AsTask();
        Task<FrameReply> call = CallAsync(Client(), FrameBody.Octets(source.Reader));
        if (bytes > 0)
            _ = await server.ReadFrameAsync();
        await source.Writer.CompleteAsync(new InvalidOperationException("the disk is gone"));
        await Assert.That((await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => call))!.Message).IsEqualTo("the disk is gone");
    }

    [Test]
    public async Task A_reply_that_is_cut_surfaces_as_an_error_and_never_as_an_end()
    {
        FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client(), accept: DataType.Octets);
        _ = await server.ReadMessageAsync();
        await server.SendAsync([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, true, new byte[10])[..^2]]);
        await server.DisposeAsync();
        await using Stream octets = (await call).OpenOctets();
        await octets.ReadExactlyAsync(new byte[8], _cancel);
        var e = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => octets.CopyToAsync(Stream.Null, _cancel)))!;
        await Assert.That(e.Message).EndsWith("2 bytes of a frame are missing", StringComparison.Ordinal);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_reply_that_ends_between_frames_is_an_error_by_reset_and_by_close(bool reset)
    {
        FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client(), accept: DataType.Octets);
        _ = await server.ReadMessageAsync();
        await server.SendAsync([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[10])]);
        if (reset)
            await server.SendAsync(Frame.Reset);
        else
            await server.DisposeAsync();
        await using FrameReply reply = await call;
        var e = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => reply.OpenOctets().CopyToAsync(Stream.Null, _cancel)))!;
        await Assert.That(e.Message).Contains(reset ? "reset frame" : "last frame is missing", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_server_that_closes_before_its_reply_is_not_taken_for_one_that_answered()
    {
        FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client());
        _ = await server.ReadMessageAsync();
        await server.SendAsync(Frame.Reset);
        var e = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call))!;
        await Assert.That(e.MayHaveRun).IsTrue();
    }

    [Test]
    [Arguments("null")]
    [Arguments("{")]
    public async Task A_reply_header_that_is_not_an_object_is_the_servers_fault(string header)
    {
        await using FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client());
        await server.SendAsync(Frame.Encode(FrameType.Header, true, Encoding.UTF8.GetBytes(header)));
        await Assert.That((await Assert.ThrowsExactlyAsync<RpcProtocolException>(() => call))!.Blame).IsEqualTo(Blame.Server);
    }

    [Test]
    public async Task A_reply_of_another_type_than_was_asked_for_is_the_servers_fault()
    {
        await using FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client());
        await server.SendAsync(Frame.ReplyHeader(DataType.Octets));
        _ = await Assert.ThrowsExactlyAsync<RpcProtocolException>(() => call);
    }

    [Test]
    public async Task A_call_that_takes_too_long_ends_and_so_does_its_connection()
    {
        await using FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client(), options: new CallOptions { Timeout = TimeSpan.FromSeconds(2) });
        _ = await server.ReadMessageAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        var e = (await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call))!;
        await Assert.That(e.Message).IsEqualTo("Echo: no reply within 2 s");
        _ = await Assert.ThrowsAsync<IOException>(server.ReadToEndAsync);
    }

    [Test]
    public async Task A_json_reply_has_to_come_whole_in_time()
    {
        await using FramePeer server = Connect();
        Task<MessageHeaderRecord?> call = Client().CallAsync("Echo", FrameBody.None, MessageHeaderJsonContext.Default.MessageHeaderRecord, cancel: _cancel);
        _ = await server.ReadMessageAsync();
        await server.SendAsync(Frame.ReplyHeader(DataType.Json), Frame.Encode(FrameType.Data, true, "{}"u8)[..^1]);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
    }

    [Test]
    [Arguments(0, 1, 1)]
    [Arguments(1, 0, 1)]
    [Arguments(1, 1, 0)]
    [Arguments(1, 1, -5)]
    public void Options_that_would_let_no_call_through_are_refused_at_once(int connectionsMax, int messageBytesMax, int timeoutMs)
    {
        var options = new FrameClientOptions { ConnectionsMax = connectionsMax, MessageBytesMax = messageBytesMax, Timeout = TimeSpan.FromMilliseconds(timeoutMs) };
        _ = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = new FrameClient(_connections, options));
    }

    [Test]
    public async Task A_cancelled_call_throws_what_cancelled_calls_throw()
    {
        await using FramePeer server = Connect();
        using var cancel = new CancellationTokenSource();
        Task<FrameReply> call = Client().SendAsync("Echo", FrameBody.None, DataType.Json, cancel: cancel.Token);
        _ = await server.ReadMessageAsync();
        await cancel.CancelAsync();
        await Assert.That((await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => call))!.CancellationToken).IsEqualTo(cancel.Token);
    }

    [Test]
    public async Task Time_spent_waiting_for_a_connection_counts()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        Task<FrameReply> first = CallAsync(client);
        Task<FrameReply> second = CallAsync(client, options: new CallOptions { Timeout = TimeSpan.FromSeconds(1) });
        _clock.Advance(TimeSpan.FromSeconds(1));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => second);
        await ReplyAsync(server);
        await (await first).DisposeAsync();
    }

    [Test]
    public async Task A_reply_that_was_given_up_takes_its_connection_with_it()
    {
        await using FramePeer server = Connect();
        await using FramePeer next = Connect();
        FrameClient client = Client();
        Task<FrameReply> call = CallAsync(client);
        await ReplyAsync(server);
        await (await call).DisposeAsync();
        await Assert.That(await AnsweredAsync(client, next)).IsEqualTo("1");
    }

    [Test]
    public async Task A_connection_that_ends_while_idle_is_not_used_for_the_next_call()
    {
        FramePeer server = Connect();
        await using FramePeer next = Connect();
        FrameClient client = Client();
        _ = await AnsweredAsync(client, server);
        await server.SendAsync(Frame.Reset);
        await WaitForAsync(client, ConnectivityState.Idle);
        await Assert.That(await AnsweredAsync(client, next)).IsEqualTo("1");
    }

    [Test]
    public async Task A_connection_that_nobody_needs_is_closed_with_a_reset_frame()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        _ = await AnsweredAsync(client, server);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.That((await Assert.That(await server.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
        await WaitForAsync(client, ConnectivityState.Idle);
    }

    [Test]
    public async Task Disposing_says_goodbye_to_the_server_and_fails_later_calls()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        _ = await AnsweredAsync(client, server);
        await client.DisposeAsync();
        await Assert.That((await Assert.That(await server.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
        await Assert.That(client.State).IsEqualTo(ConnectivityState.Shutdown);
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => CallAsync(client));
    }

    [Test]
    public async Task Disposing_fails_the_calls_in_flight()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        Task<FrameReply> call = CallAsync(client);
        _ = await server.ReadMessageAsync();
        await client.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call);
    }

    [Test]
    public async Task What_cannot_be_sent_is_refused_and_the_connection_is_not_harmed()
    {
        await using FramePeer server = Connect();
        FrameClient client = Client();
        var name = (await Assert.ThrowsExactlyAsync<ArgumentException>(() => client.SendAsync(new string('x', 5000), FrameBody.None, DataType.Json, cancel: _cancel)))!;
        await Assert.That(name.Message).Contains("does not fit into a header of 4096 bytes", StringComparison.Ordinal);
        var body = (await Assert.ThrowsExactlyAsync<ArgumentException>(() => CallAsync(client, FrameBody.RawJson(Encoding.UTF8.GetBytes($"\"{new string('x', 1000)}\"")))))!;
        await Assert.That(body.Message).Contains("the JSON body has 1002 bytes", StringComparison.Ordinal);
        await Assert.That(await AnsweredAsync(client, server)).IsEqualTo("1");
        await Assert.That(_connections.Attempts).IsEqualTo(1);
    }

    [Test]
    public async Task A_reply_longer_than_allowed_is_an_error_before_it_has_come()
    {
        await using FramePeer server = Connect();
        Task<FrameReply> call = CallAsync(Client());
        _ = await server.ReadMessageAsync();
        await server.SendAsync([.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[1001])[..20]]);
        await using FrameReply reply = await call;
        await Assert.That((await Assert.ThrowsExactlyAsync<RpcProtocolException>(async () => await reply.ReadRawJsonAsync(_cancel)))!.Message)
            .IsEqualTo("the JSON body is longer than 1000 bytes");
    }

    [Test]
    [Arguments("1 2")]
    [Arguments("{")]
    [Arguments("")]
    public void Raw_json_that_is_not_one_value_is_refused_at_once(string text) =>
        Assert.ThrowsExactly<FormatException>(() => FrameBody.RawJson(Encoding.UTF8.GetBytes(text)));

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task After_an_octets_request_a_connection_is_used_again_only_if_the_server_is_known_to_read_such_requests_to_their_end(bool drains)
    {
        FramePeer first = Connect();
        FramePeer second = Connect();
        _client = new FrameClient(_connections, new FrameClientOptions { ConnectionsMax = 1, ServerDrainsOctets = drains, TimeProvider = _clock });
        Task<FrameReply> call = CallAsync(_client, FrameBody.Octets("123"u8.ToArray()));
        await ReplyAsync(first);
        await using (FrameReply reply = await call)
            _ = await reply.ReadRawJsonAsync(_cancel);

        await Assert.That(await AnsweredAsync(_client, drains ? first : second)).IsEqualTo("1");

        if (!drains)
            await Assert.That((await Assert.That(await first.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }

    private FrameClient Client() => _client ??= new FrameClient(_connections, new FrameClientOptions { ConnectionsMax = 1, MessageBytesMax = 1000, TimeProvider = _clock });

    private FramePeer Connect()
    {
        MemoryPair pair = MemoryPair.Create();
        _connections.Add(pair.Client);
        return new FramePeer(pair.Server);
    }

    private Task<FrameReply> CallAsync(FrameClient client, FrameBody? body = null, DataType accept = DataType.Json, CallOptions options = default) =>
        client.SendAsync("Echo", body ?? FrameBody.RawJson("1"u8.ToArray()), accept, options, _cancel);

    private static async Task ReplyAsync(FramePeer server)
    {
        await Assert.That((await server.ReadMessageAsync())!.Endpoint).IsEqualTo("Echo");
        await server.SendAsync(Frame.ReplyHeader(DataType.Json), Frame.Encode(FrameType.Data, true, "1"u8));
    }

    private async Task<string> AnsweredAsync(FrameClient client, FramePeer server)
    {
        Task<FrameReply> call = CallAsync(client);
        await ReplyAsync(server);
        await using FrameReply reply = await call;
        return Encoding.UTF8.GetString((await reply.ReadRawJsonAsync(_cancel)).Span);
    }

    private async Task WaitForAsync(FrameClient client, ConnectivityState wanted)
    {
        while (client.State is var state && state != wanted)
            _ = await client.WaitForStateChangeAsync(state, _cancel);
    }
}
