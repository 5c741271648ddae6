using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>One wrong reply hurts its own call only, and a reply that nobody waits for nobody.</summary>
public sealed class SmfReplyCheckTests : ScriptedSmf
{
    public SmfReplyCheckTests()
        : base(options => options with { MessageBytesMax = 100_000 })
    {
    }

    public static IEnumerable<(string, byte[])> WrongReplies => [
        ("has no payload", SmfPeer.Message(0, 200, [])),
        ("has no checksum", SmfPeer.Message(0, 200, [1, 2], checksum: 0)),
        ("has no status", SmfPeer.Message(0, 0, [1, 2])),
        ("does not match its checksum", SmfPeer.Message(0, 200, [1, 2], checksum: 1)),
        ("more than the limit of 100000", SmfPeer.Message(0, 200, new byte[100_001])),
        ("cannot be decompressed", SmfPeer.Message(0, 200, [1, 2], compression: (SmfCompression)9)),
    ];

    [Test]
    [MethodDataSource(nameof(WrongReplies))]
    public async Task A_wrong_reply_fails_its_own_call_only(string reason, byte[] reply)
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> other, SmfHeader otherRequest) = await BeginAsync(server);
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        SmfHeader.WriteSession(reply, request.Session);
        await server.SendAsync(reply);
        RpcProtocolException failure = (await Assert.ThrowsExactlyAsync<RpcProtocolException>(() => call))!;
        await Assert.That(failure.Message).Contains(reason, StringComparison.Ordinal);
        await Assert.That(failure.Blame).IsEqualTo(Blame.Server);
        await server.ReplyAsync(otherRequest, [3]);
        await Assert.That((await other).Payload.ToArray()).IsSequence([3]);
        await RoundTripAsync(server);
    }

    [Test]
    public async Task A_reply_that_announces_4_GiB_fails_its_call_before_any_of_it_has_come()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.SendAsync(SmfPeer.Message(request.Session, 200, [], checksum: 1, size: uint.MaxValue));
        _ = await Assert.ThrowsExactlyAsync<RpcProtocolException>(() => call);
        await Assert.That(Client.Memory.Taken).IsEqualTo(0);
    }

    [Test]
    public async Task A_reply_for_an_unknown_session_ends_the_connection_when_the_calls_in_flight_have_their_own()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.SendAsync(SmfPeer.Message((ushort)(request.Session + 1), 200, new byte[50_000]));
        await server.SendAsync(SmfPeer.Message(0, 200, [1]), SmfPeer.Message(65_535, 200, [1]));
        await server.ReplyAsync(request, [3]);
        await Assert.That((await call).Payload.ToArray()).IsSequence([3]);
        await Assert.That(await server.IsAtEndAsync()).IsTrue();
        string logged = await Assert.That(Log.Lines).HasSingleItem();
        await Assert.That(logged).StartsWith("Warning 11 ", StringComparison.Ordinal);
        await Assert.That(logged).Contains($"session {request.Session + 1}, which no call has; further calls go to a new connection", StringComparison.Ordinal);
        await Assert.That(await AnswerOnNewConnectionAsync()).IsSequence([2]);
    }

    [Test]
    public async Task A_reply_for_an_unknown_session_ends_an_idle_connection_at_once()
    {
        SmfPeer server = await ConnectAsync();
        await server.SendAsync(SmfPeer.Message(1, 200, [1]));
        await Assert.That(await server.IsAtEndAsync()).IsTrue();
        await Assert.That(await AnswerOnNewConnectionAsync()).IsSequence([2]);
    }

    [Test]
    public async Task A_reply_that_comes_twice_is_not_taken_for_another_calls()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.ReplyAsync(request, [3]);
        _ = await call;
        (Task<SmfReply> next, SmfHeader nextRequest) = await BeginAsync(server);
        await server.ReplyAsync(request, [3]);
        await server.ReplyAsync(nextRequest, [4]);
        await Assert.That((await next).Payload.ToArray()).IsSequence([4]);
        await Assert.That(await server.IsAtEndAsync()).IsTrue();
        await Assert.That(await AnswerOnNewConnectionAsync()).IsSequence([2]);
    }

    private async Task<byte[]> AnswerOnNewConnectionAsync()
    {
        int before = Connector.Attempts;
        Task<SmfReply> call = CallAsync(1);
        SmfPeer server = await ServerAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [2]);
        await Assert.That(Connector.Attempts).IsEqualTo(before + 1);
        return (await call).Payload.ToArray();
    }

    [Test]
    public async Task The_java_server_writes_the_request_id_where_others_write_200()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.ReplyAsync(request, [9], Id.Value);
        await Assert.That((await call).Payload.ToArray()).IsSequence([9]);
    }

    [Test]
    public async Task Another_status_fails_the_call_with_it()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.ReplyAsync(request, SmfEmptyReply.Payload.ToArray(), SmfStatus.TooManyRequests);
        RpcReplyException failure = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => call))!;
        await Assert.That(failure.Status).IsEqualTo(SmfStatus.TooManyRequests);
    }

    [Test]
    public async Task An_end_in_the_middle_of_a_reply_is_a_lost_connection()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.SendAsync(SmfPeer.Message(request.Session, 200, new byte[50_000])[..40_000]);
        await server.Connection.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call);
    }
}
