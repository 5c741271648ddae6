using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Client;

public sealed class SmfClientLimitTests() : ScriptedSmf(options => options with { MessageBytesMax = 1_000_000, MemoryBytesMax = 1_000_000 })
{
    // The empty table, and 4 bytes after it that were looked for until the checksum was 0.
    private static readonly byte[] ChecksumZero = Convert.FromHexString("08000000040004000400000049BDC857");

    [Test]
    public async Task Calls_beyond_the_memory_wait_in_order_and_are_sent_when_earlier_ones_are_over()
    {
        SmfPeer server = await ConnectAsync();
        Task<SmfReply> first = CallAsync(new byte[600_000]);
        SmfHeader firstRequest = (await server.ReceiveAsync()).Header;
        Task<SmfReply> second = CallAsync(new byte[500_000]);
        Task<SmfReply> third = CallAsync(3);
        await Assert.That(await server.SaysSomethingAsync()).IsFalse();
        await server.ReplyAsync(firstRequest, [1]);
        _ = await first;
        // Each goes on by itself once it has its memory: either may be written first.
        for (int message = 0; message < 2; message++)
        {
            (SmfHeader request, byte[] payload) = await server.ReceiveAsync();
            await server.ReplyAsync(request, [(byte)(payload.Length > 1 ? 2 : 3)]);
        }
        await Assert.That((await second).Payload.ToArray()).IsSequence([2]);
        await Assert.That((await third).Payload.ToArray()).IsSequence([3]);
    }

    [Test]
    public async Task Waiting_for_memory_ends_with_the_timeout()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = (CallAsync(new byte[1_000_000]), (await server.ReceiveAsync()).Header);
        Task<SmfReply> waiting = CallAsync(new CallOptions { Timeout = TimeSpan.FromMilliseconds(10) }, [1]);
        Clock.Advance(TimeSpan.FromMilliseconds(10));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => waiting);
        await server.ReplyAsync(request, [1]);
        _ = await call;
    }

    [Test]
    public async Task A_large_reply_counts_while_it_comes()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        byte[] reply = SmfPeer.Message(request.Session, 200, new byte[1_000_000]);
        await server.SendAsync(reply[..500_000]);
        while (Client.Memory.Taken < 1_000_000)
            await Task.Yield();
        Task<SmfReply> waiting = CallAsync(2);
        await Assert.That(await server.SaysSomethingAsync()).IsFalse();
        await server.SendAsync(reply[500_000..]);
        _ = await call;
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [2]);
        _ = await waiting;
    }

    [Test]
    public async Task A_request_that_times_out_before_it_is_written_is_memory_until_then()
    {
        SmfPeer server = await ConnectAsync();
        // The connection takes one of them while its server does not read, and not the other.
        for (int call = 0; call < 2; call++)
        {
            Task<SmfReply> unanswered = CallAsync(new byte[900_000]);
            Clock.Advance(TimeSpan.FromSeconds(30));
            _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => unanswered);
        }
        await Assert.That(Client.Memory.Taken).IsEqualTo(900_000);
        Task<SmfReply> next = CallAsync(new byte[500_000]);
        for (int message = 0; message < 2; message++)
            _ = await server.ReceiveAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [1]);
        _ = await next;
    }

    [Test]
    public async Task A_payload_larger_than_allowed_is_refused_before_anything_is_sent()
    {
        RpcException failure = (await Assert.ThrowsExactlyAsync<RpcException>(() => CallAsync(new byte[1_000_001])))!;
        await Assert.That((failure.Status, failure.Blame)).IsEqualTo((SmfStatus.TooLarge, Blame.Caller));
        await Assert.That(failure.Message).Contains("1000001", StringComparison.Ordinal);
        await Assert.That(Connector.Attempts).IsEqualTo(0);
    }

    [Test]
    public async Task A_payload_whose_checksum_is_0_is_refused_before_anything_is_sent()
    {
        await Assert.That(SmfChecksum.Of(ChecksumZero)).IsEqualTo(0u);
        RpcException failure = (await Assert.ThrowsExactlyAsync<RpcException>(() => CallAsync(ChecksumZero)))!;
        await Assert.That((failure.Status, failure.Blame)).IsEqualTo((SmfStatus.BadRequest, Blame.Caller));
        await Assert.That(Connector.Attempts).IsEqualTo(0);
    }

    [Test]
    public async Task With_all_sessions_taken_callers_wait_in_order()
    {
        SmfPeer server = await ConnectAsync();
        var calls = new List<Task<SmfReply>>();
        var sessions = new HashSet<ushort>();
        SmfHeader last = default;
        while (calls.Count < SmfClientSessions.SessionsMax)
        {
            (Task<SmfReply> call, last) = await BeginAsync(server);
            calls.Add(call);
            await Assert.That(sessions.Add(last.Session)).IsTrue();
        }
        Task<SmfReply> first = CallAsync(71);
        Task<SmfReply> second = CallAsync(72);
        await Assert.That(await server.SaysSomethingAsync()).IsFalse();
        await server.ReplyAsync(last, [1]);
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        await Assert.That(((ushort Session, int))(header.Session, payload[0])).IsEqualTo((last.Session, 71));
        await server.ReplyAsync(header, [2]);
        await Assert.That((await first).Payload.ToArray()).IsSequence([2]);
        await Assert.That((await server.ReceiveAsync()).Payload[0]).IsEqualTo((byte)72);
        await server.Connection.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => second);
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => calls[0]);
    }

    [Test]
    [Arguments(0, 100, 1)]
    [Arguments(101, 100, 1)]
    [Arguments(1, 100, 0)]
    [Arguments(1, 100, 3_000_000)]
    public void Options_that_let_no_call_through_are_refused(int messageBytes, long memoryBytes, long timeoutSeconds) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = new SmfClient(Connector, new SmfClientOptions
        {
            MessageBytesMax = messageBytes,
            MemoryBytesMax = memoryBytes,
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        }));
}
