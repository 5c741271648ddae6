using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Protocol.Client;

public sealed class SmfClientLimitTests() : ScriptedSmf(options => options with { MessageBytesMax = 1_000_000, MemoryBytesMax = 1_000_000 })
{
    // The empty table, and 4 bytes after it that were looked for until the checksum was 0.
    private static readonly byte[] ChecksumZero = Convert.FromHexString("08000000040004000400000049BDC857");

    [Fact]
    public async Task Calls_beyond_the_memory_wait_in_order_and_are_sent_when_earlier_ones_are_over()
    {
        SmfPeer server = await ConnectAsync();
        Task<SmfReply> first = CallAsync(new byte[600_000]);
        SmfHeader firstRequest = (await server.ReceiveAsync()).Header;
        Task<SmfReply> second = CallAsync(new byte[500_000]);
        Task<SmfReply> third = CallAsync(3);
        Assert.False(await server.SaysSomethingAsync());
        await server.ReplyAsync(firstRequest, [1]);
        _ = await first;
        // Each goes on by itself once it has its memory: either may be written first.
        for (int message = 0; message < 2; message++)
        {
            (SmfHeader request, byte[] payload) = await server.ReceiveAsync();
            await server.ReplyAsync(request, [(byte)(payload.Length > 1 ? 2 : 3)]);
        }
        Assert.Equal([2], (await second).Payload.ToArray());
        Assert.Equal([3], (await third).Payload.ToArray());
    }

    [Fact]
    public async Task Waiting_for_memory_ends_with_the_timeout()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = (CallAsync(new byte[1_000_000]), (await server.ReceiveAsync()).Header);
        Task<SmfReply> waiting = CallAsync(new CallOptions { Timeout = TimeSpan.FromMilliseconds(10) }, [1]);
        Clock.Advance(TimeSpan.FromMilliseconds(10));
        _ = await Assert.ThrowsAsync<RpcTimeoutException>(() => waiting);
        await server.ReplyAsync(request, [1]);
        _ = await call;
    }

    [Fact]
    public async Task A_large_reply_counts_while_it_comes()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        byte[] reply = SmfPeer.Message(request.Session, 200, new byte[1_000_000]);
        await server.SendAsync(reply[..500_000]);
        while (Client.Memory.Taken < 1_000_000)
            await Task.Yield();
        Task<SmfReply> waiting = CallAsync(2);
        Assert.False(await server.SaysSomethingAsync());
        await server.SendAsync(reply[500_000..]);
        _ = await call;
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [2]);
        _ = await waiting;
    }

    [Fact]
    public async Task A_request_that_times_out_before_it_is_written_is_memory_until_then()
    {
        SmfPeer server = await ConnectAsync();
        // The connection takes one of them while its server does not read, and not the other.
        for (int call = 0; call < 2; call++)
        {
            Task<SmfReply> unanswered = CallAsync(new byte[900_000]);
            Clock.Advance(TimeSpan.FromSeconds(30));
            _ = await Assert.ThrowsAsync<RpcTimeoutException>(() => unanswered);
        }
        Assert.Equal(900_000, Client.Memory.Taken);
        Task<SmfReply> next = CallAsync(new byte[500_000]);
        for (int message = 0; message < 2; message++)
            _ = await server.ReceiveAsync();
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [1]);
        _ = await next;
    }

    [Fact]
    public async Task A_payload_larger_than_allowed_is_refused_before_anything_is_sent()
    {
        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(new byte[1_000_001]));
        Assert.Equal((SmfStatus.TooLarge, Blame.Caller), (failure.Status, failure.Blame));
        Assert.Contains("1000001", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, Connector.Attempts);
    }

    [Fact]
    public async Task A_payload_whose_checksum_is_0_is_refused_before_anything_is_sent()
    {
        Assert.Equal(0u, SmfChecksum.Of(ChecksumZero));
        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(ChecksumZero));
        Assert.Equal((SmfStatus.BadRequest, Blame.Caller), (failure.Status, failure.Blame));
        Assert.Equal(0, Connector.Attempts);
    }

    [Fact]
    public async Task With_all_sessions_taken_callers_wait_in_order()
    {
        SmfPeer server = await ConnectAsync();
        var calls = new List<Task<SmfReply>>();
        var sessions = new HashSet<ushort>();
        SmfHeader last = default;
        while (calls.Count < SmfSessions.SessionsMax)
        {
            (Task<SmfReply> call, last) = await BeginAsync(server);
            calls.Add(call);
            Assert.True(sessions.Add(last.Session));
        }
        Task<SmfReply> first = CallAsync(71);
        Task<SmfReply> second = CallAsync(72);
        Assert.False(await server.SaysSomethingAsync());
        await server.ReplyAsync(last, [1]);
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        Assert.Equal((last.Session, 71), (header.Session, payload[0]));
        await server.ReplyAsync(header, [2]);
        Assert.Equal([2], (await first).Payload.ToArray());
        Assert.Equal(72, (await server.ReceiveAsync()).Payload[0]);
        await server.Connection.DisposeAsync();
        _ = await Assert.ThrowsAsync<RpcConnectionException>(() => second);
        _ = await Assert.ThrowsAsync<RpcConnectionException>(() => calls[0]);
    }

    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(101, 100, 1)]
    [InlineData(1, 100, 0)]
    [InlineData(1, 100, 3_000_000)]
    public void Options_that_let_no_call_through_are_refused(int messageBytes, long memoryBytes, long timeoutSeconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmfClient(Connector, new SmfClientOptions
        {
            MessageBytesMax = messageBytes,
            MemoryBytesMax = memoryBytes,
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        }));
}
