using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Server;

public sealed class SmfServerTests : IAsyncDisposable
{
    private const uint Echo = 1;
    private const uint Hold = 2;
    private const uint Fail = 3;
    private const uint Refuse = 4;
    private const uint Nothing = 5;

    private readonly ManualTimeProvider _clock = new();
    private readonly InProcessTransport _transport = new();
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SmfServer _server;

    public SmfServerTests()
    {
        _server = new SmfServer(_transport, new SmfServerOptions { TimeProvider = _clock, MessageBytesMax = 1 << 20, MemoryBytesMax = 4 << 20 })
            .Map(new RequestId(Echo), (request, _) => new(request.Payload))
            .Map(new RequestId(Hold), (_, cancel) => new(_held.Task.WaitAsync(cancel)))
            .Map(new RequestId(Fail), (_, _) => throw new InvalidOperationException("secret"))
            .Map(new RequestId(Refuse), async (_, cancel) =>
            {
                await Task.Yield();
                throw new RpcException(SmfStatus.TooManyRequests, Blame.Caller, "not now");
            })
            .Map(new RequestId(Nothing), (_, _) => default);
        _server.Start();
    }

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _transport.DisposeAsync();
        // The whole comes back, perhaps a little later where a handler was cut off.
        await _server.Memory.TakeAsync(_server.Options.MemoryBytesMax, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await _server.Calls.TakeAsync(_server.Options.CallsMax, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    public static IEnumerable<(byte[], uint)> BadRequests => [
        (SmfPeer.Message(7, 99, [1]), SmfStatus.NotFound),
        (SmfPeer.Message(7, 0, [1]), SmfStatus.NotFound),
        (SmfPeer.Message(7, Echo, []), SmfStatus.BadRequest),
        (SmfPeer.Message(7, Echo, [1], checksum: 0), SmfStatus.BadRequest),
        (SmfPeer.Message(7, Echo, [1], checksum: 12345), SmfStatus.BadRequest),
        (SmfPeer.Message(7, Echo, [1], flags: 1), SmfStatus.BadRequest),
        (SmfPeer.Message(7, Echo, [1], compression: (SmfCompression)4), SmfStatus.BadRequest),
        (SmfPeer.Message(7, Echo, [1, 2, 3], compression: SmfCompression.Lz4), SmfStatus.BadRequest),
        (SmfPeer.Message(7, Echo, new byte[(1 << 20) + 1]), SmfStatus.TooLarge),
        (SmfPeer.Message(7, Fail, [1]), SmfStatus.ServerError),
        (SmfPeer.Message(7, Refuse, [1]), SmfStatus.TooManyRequests),
    ];

    [Test]
    public async Task A_request_is_answered_by_the_handler_of_its_id()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(7, Echo, [1, 2, 3]));
        (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
        await Assert.That(header).IsEqualTo(new SmfHeader(SmfCompression.None, 0, 7, 3, SmfChecksum.Of([1, 2, 3]), SmfStatus.Ok));
        await Assert.That(payload).IsSequence([1, 2, 3]);
    }

    [Test]
    [MethodDataSource(nameof(BadRequests))]
    public async Task A_bad_request_is_answered_with_its_status_and_the_connection_goes_on(byte[] request, uint status)
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(request, SmfPeer.Message(8, Echo, [5]));
        var replies = new Dictionary<ushort, (SmfHeader Header, byte[] Payload)>();
        while (replies.Count < 2)
        {
            (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
            replies.Add(header.Session, (header, payload));
        }
        await Assert.That(replies[7].Header.Meta).IsEqualTo(status);
        await Assert.That(replies[7].Payload).IsSequence(SmfEmptyReply.Payload.ToArray());
        await Assert.That(replies[8].Payload).IsSequence([5]);
    }

    [Test]
    public async Task An_empty_reply_is_sent_as_the_empty_table()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Nothing, [1]));
        (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
        await Assert.That(header.Meta).IsEqualTo(SmfStatus.Ok);
        await Assert.That(payload).IsSequence(SmfEmptyReply.Payload.ToArray());
    }

    [Test]
    public async Task A_slow_handler_holds_up_no_other()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, [1]), SmfPeer.Message(2, Echo, [2]));
        await Assert.That((await caller.ReceiveAsync()).Header.Session).IsEqualTo((ushort)2);
        _held.SetResult(new byte[] { 3 });
        await Assert.That((await caller.ReceiveAsync()).Header.Session).IsEqualTo((ushort)1);
    }

    [Test]
    public async Task Requests_are_read_in_whatever_pieces_they_come()
    {
        SmfPeer caller = await CallerAsync();
        byte[] message = SmfPeer.Message(1, Echo, [1, 2, 3, 4]);
        foreach (byte one in message)
            await caller.SendAsync([one]);
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([1, 2, 3, 4]);
    }

    [Test]
    public async Task Large_requests_and_replies_are_whole()
    {
        SmfPeer caller = await CallerAsync();
        byte[] large = new byte[1 << 20];
        new Random(1).NextBytes(large);
        Task sent = caller.SendAsync(SmfPeer.Message(1, Echo, large), SmfPeer.Message(2, Echo, large));
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence(large);
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence(large);
        await sent;
    }

    [Test]
    public async Task Stopping_lets_the_calls_in_hand_end_and_refuses_further_ones()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, [1]), SmfPeer.Message(2, Echo, [1]));
        _ = await caller.ReceiveAsync();
        Task stopped = _server.StopAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        await _clock.WaitForTimersAsync(1, Cancel);
        await caller.SendAsync(SmfPeer.Message(3, Echo, [1]));
        await Assert.That(SessionAndStatus(await caller.ReceiveAsync())).IsEqualTo((3, SmfStatus.Unavailable));
        _held.SetResult(new byte[] { 3 });
        await Assert.That(SessionAndStatus(await caller.ReceiveAsync())).IsEqualTo((1, SmfStatus.Ok));
        await Assert.That(await caller.IsAtEndAsync()).IsTrue();
        await stopped;
    }

    [Test]
    public async Task What_outlives_the_grace_is_cancelled_and_cut_off()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, [1]), SmfPeer.Message(2, Echo, [1]));
        _ = await caller.ReceiveAsync();
        await _server.StopAsync(TimeSpan.Zero, CancellationToken.None);
        _ = await Assert.ThrowsExactlyAsync<IOException>(caller.ReceiveAsync);
    }

    [Test]
    public async Task A_caller_that_has_sent_all_gets_its_replies_before_the_end()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, [1]));
        await caller.Connection.Output.CompleteAsync();
        _held.SetResult(new byte[] { 3 });
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([3]);
        await Assert.That(await caller.IsAtEndAsync()).IsTrue();
    }

    private static (int Session, uint Status) SessionAndStatus((SmfHeader Header, byte[] Payload) message) => (message.Header.Session, message.Header.Meta);

    private async Task<SmfPeer> CallerAsync() => new(await _transport.ConnectAsync(Cancel));
}
