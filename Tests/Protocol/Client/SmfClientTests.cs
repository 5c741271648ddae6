using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Protocol.Client;

public sealed class SmfClientTests : IAsyncDisposable
{
    private static readonly RequestId Id = new(0x6ad4023d);

    private readonly ManualTimeProvider _clock = new();
    private readonly ScriptedConnector _connector = new();
    private readonly SmfClient _client;

    public SmfClientTests() => _client = new SmfClient(_connector, new SmfClientOptions { TimeProvider = _clock });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        Assert.Equal(0, _client.Memory.Taken);
    }

    [Fact]
    public async Task A_call_sends_one_message_and_returns_the_reply_to_it()
    {
        Task<SmfReply> call = CallAsync(1, 2, 3);
        SmfPeer server = await ServerAsync();
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        Assert.Equal(new SmfHeader(SmfCompression.None, 0, header.Session, 3, SmfChecksum.Of([1, 2, 3]), Id.Value), header);
        Assert.Equal([1, 2, 3], payload);
        await server.ReplyAsync(header, [4, 5]);
        using SmfReply reply = await call;
        Assert.Equal(SmfStatus.Ok, reply.Status);
        Assert.Equal([4, 5], reply.Payload.ToArray());
    }

    [Fact]
    public async Task Many_calls_share_a_connection_and_their_replies_come_in_any_order()
    {
        Task<SmfReply>[] calls = [.. Enumerable.Range(0, 100).Select(number => CallAsync((byte)number))];
        SmfPeer server = await ServerAsync();
        var requests = new List<(SmfHeader Header, byte[] Payload)>();
        while (requests.Count < calls.Length)
            requests.Add(await server.ReceiveAsync());
        Assert.Equal(calls.Length, requests.Select(request => request.Header.Session).Distinct().Count());
        requests.Reverse();
        foreach ((SmfHeader header, byte[] payload) in requests)
            await server.ReplyAsync(header, [payload[0], 7]);
        for (int number = 0; number < calls.Length; number++)
            Assert.Equal([(byte)number, 7], (await calls[number]).Payload.ToArray());
        Assert.Equal(1, _connector.Attempts);
    }

    [Fact]
    public async Task An_empty_payload_is_sent_as_the_empty_table()
    {
        _ = CallAsync();
        (_, byte[] payload) = await (await ServerAsync()).ReceiveAsync();
        Assert.Equal(SmfEmptyReply.Payload.ToArray(), payload);
    }

    [Theory]
    [InlineData(16 << 10)]
    [InlineData(1 << 20)]
    [InlineData(5_000_000)]
    public async Task Large_payloads_go_both_ways(int bytes)
    {
        byte[] large = new byte[bytes];
        new Random(bytes).NextBytes(large);
        Task<SmfReply> call = CallAsync(large);
        SmfPeer server = await ServerAsync();
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        Assert.Equal(large, payload);
        await server.ReplyAsync(header, large);
        Assert.Equal(large, (await call).Payload.ToArray());
    }

    [Fact]
    public async Task The_java_server_writes_the_request_id_where_others_write_200()
    {
        Task<SmfReply> call = CallAsync(1);
        SmfPeer server = await ServerAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [9], Id.Value);
        Assert.Equal([9], (await call).Payload.ToArray());
    }

    [Fact]
    public async Task Another_status_fails_the_call_with_it()
    {
        Task<SmfReply> call = CallAsync(1);
        SmfPeer server = await ServerAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, SmfEmptyReply.Payload.ToArray(), SmfStatus.TooManyRequests);
        RpcReplyException failure = await Assert.ThrowsAsync<RpcReplyException>(() => call);
        Assert.Equal(SmfStatus.TooManyRequests, failure.Status);
    }

    [Fact]
    public async Task A_lost_connection_fails_every_call_on_it_and_the_next_call_makes_another()
    {
        Task<SmfReply>[] calls = [CallAsync(1), CallAsync(2)];
        SmfPeer server = await ServerAsync();
        _ = await server.ReceiveAsync();
        _ = await server.ReceiveAsync();
        await server.Connection.DisposeAsync();
        foreach (Task<SmfReply> call in calls)
            Assert.True((await Assert.ThrowsAsync<RpcConnectionException>(() => call)).MayHaveRun);
        _ = await AnswerOneAsync();
        Assert.Equal(2, _connector.Attempts);
    }

    [Fact]
    public async Task A_connection_that_the_idle_server_ends_hurts_no_call()
    {
        SmfPeer server = await AnswerOneAsync();
        await server.Connection.DisposeAsync();
        Assert.Equal(ConnectivityState.Idle, await _client.WaitForStateChangeAsync(ConnectivityState.Ready, Cancel));
        _ = await AnswerOneAsync();
    }

    [Fact]
    public async Task Without_a_server_a_call_fails_at_once_and_has_not_run()
    {
        _connector.Refusal = new IOException("nobody there");
        RpcConnectionException failure = await Assert.ThrowsAsync<RpcConnectionException>(() => CallAsync(1));
        Assert.False(failure.MayHaveRun);
        Assert.Contains("nobody there", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_fails_the_calls_in_flight_and_ends_the_connection()
    {
        Task<SmfReply> call = CallAsync(1);
        SmfPeer server = await ServerAsync();
        _ = await server.ReceiveAsync();
        await _client.DisposeAsync();
        _ = await Assert.ThrowsAsync<RpcConnectionException>(() => call);
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => CallAsync(1));
        Assert.Equal(ConnectivityState.Shutdown, _client.State);
    }

    private Task<SmfReply> CallAsync(params byte[] payload) => _client.CallAsync(Id, payload, default, Cancel).AsTask();

    private async Task<SmfPeer> ServerAsync() => new(await _connector.NextAsync());

    private async Task<SmfPeer> AnswerOneAsync()
    {
        Task<SmfReply> call = CallAsync(1);
        SmfPeer server = await ServerAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [2]);
        using SmfReply reply = await call;
        return server;
    }
}
