using System.Buffers;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>What cannot be held is not read: whoever sends too much waits, and everybody else goes on.</summary>
public sealed class SmfServerLimitTests : IAsyncDisposable
{
    private const uint Hold = 1;
    private const uint Echo = 2;
    private const uint Unsendable = 3;
    private const uint TooLong = 4;

    private readonly InProcessTransport _transport = new();
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SmfServer? _server;
    private int _handled;

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _transport.DisposeAsync();
        // The whole comes back, perhaps a little later where a handler was cut off.
        await _server.Memory.TakeAsync(_server.Options.MemoryBytesMax, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await _server.Calls.TakeAsync(_server.Options.CallsMax, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Test]
    public async Task Calls_beyond_the_limit_wait_whatever_connection_they_come_from()
    {
        Start(new SmfServerOptions { CallsMax = 1 });
        SmfPeer holder = await CallerAsync();
        await holder.SendAsync(SmfPeer.Message(1, Hold, [1]), SmfPeer.Message(2, Echo, [2]));
        await HandledAsync(1);
        SmfPeer other = await CallerAsync();
        await other.SendAsync(SmfPeer.Message(1, Echo, [3]));
        await Assert.That(await other.SaysSomethingAsync()).IsFalse();
        await Assert.That(_handled).IsEqualTo(1);
        _held.SetResult(new byte[] { 9 });
        await Assert.That((await other.ReceiveAsync()).Payload).IsSequence([3]);
        await Assert.That((await holder.ReceiveAsync()).Payload).IsSequence([9]);
        await Assert.That((await holder.ReceiveAsync()).Payload).IsSequence([2]);
    }

    [Test]
    public async Task Requests_beyond_the_memory_wait()
    {
        Start(new SmfServerOptions { MessageBytesMax = 1_000, MemoryBytesMax = 1_000 });
        SmfPeer holder = await CallerAsync();
        await holder.SendAsync(SmfPeer.Message(1, Hold, new byte[600]));
        await HandledAsync(1);
        SmfPeer other = await CallerAsync();
        await other.SendAsync(SmfPeer.Message(1, Echo, new byte[600]));
        await Assert.That(await other.SaysSomethingAsync()).IsFalse();
        _held.SetResult(new byte[] { 9 });
        await Assert.That((await other.ReceiveAsync()).Payload.Length).IsEqualTo(600);
        _ = await holder.ReceiveAsync();
    }

    [Test]
    [Arguments(SmfCompression.Zstd)]
    [Arguments(SmfCompression.Lz4)]
    public async Task Requests_that_are_small_only_while_they_are_packed_wait_to_be_unpacked(SmfCompression compression)
    {
        const int Plain = 1 << 20;
        Start(new SmfServerOptions { MessageBytesMax = Plain, MemoryBytesMax = Plain + Plain / 2 });
        var packed = new ArrayBufferWriter<byte>();
        await Assert.That(new SmfCompressor(compression).TryCompress(new byte[Plain], packed, out _)).IsTrue();
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, packed.WrittenSpan.ToArray(), compression: compression));
        await HandledAsync(1);
        await caller.SendAsync(
            SmfPeer.Message(2, Echo, packed.WrittenSpan.ToArray(), compression: compression),
            SmfPeer.Message(3, Echo, [7]));
        await Assert.That(await caller.SaysSomethingAsync()).IsFalse();
        await Assert.That(_handled).IsEqualTo(1);
        _held.SetResult(new byte[] { 9 });
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([9]);
        byte[][] rest = [(await caller.ReceiveAsync()).Payload, (await caller.ReceiveAsync()).Payload];
        await Assert.That(rest.Select(payload => payload.Length).Order()).IsSequence([1, Plain]);
    }

    [Test]
    [Arguments(1, 2_000)]
    [Arguments(9, 1_000)]
    public async Task A_caller_that_goes_while_it_waits_leaves_nothing_behind(int callsMax, long memoryBytesMax)
    {
        Start(new SmfServerOptions { CallsMax = callsMax, MessageBytesMax = 1_000, MemoryBytesMax = memoryBytesMax });
        SmfPeer holder = await CallerAsync();
        await holder.SendAsync(SmfPeer.Message(1, Hold, new byte[600]));
        await HandledAsync(1);
        SmfPeer other = await CallerAsync();
        await other.SendAsync(SmfPeer.Message(1, Echo, new byte[600]));
        await Assert.That(await other.SaysSomethingAsync()).IsFalse();
        await _server!.StopAsync(TimeSpan.Zero, Cancel);
        // Disposing looks at what is left. The one that waited may have had its turn between the ends of the two connections.
        await _cancelled.Task.WaitAsync(Cancel);
    }

    [Test]
    [Arguments(Echo, 32 << 10, 8)]
    [Arguments(Echo, 1 << 10, 8)]
    [Arguments(Echo, 1 << 10, 1_000)]
    [Arguments(99, 1, 8)]
    public async Task A_caller_that_does_not_read_its_replies_is_not_read(uint method, int payloadBytes, int callsMax)
    {
        Start(new SmfServerOptions { CallsMax = callsMax });
        SmfPeer caller = await CallerAsync();
        int replyBytes = SmfHeader.Bytes + (method == Echo ? payloadBytes : SmfEmptyReply.Payload.Length);
        int requests = 20 * MemoryPair.BufferBytesMax / replyBytes;
        int sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < requests; sent++)
                await caller.SendAsync(SmfPeer.Message((ushort)sent, method, new byte[payloadBytes]));
        }, Cancel);
        int before = -1;
        while (Volatile.Read(ref sent) != before)
        {
            before = sent;
            await Task.Delay(50, Cancel);
        }
        // Requests in the connection; replies there, one write more than it should take; those that wait, and those of the calls in hand.
        int most = MemoryPair.BufferBytesMax / (SmfHeader.Bytes + payloadBytes) + 4 * MemoryPair.BufferBytesMax / replyBytes + callsMax;
        await Assert.That(before).IsBetween(1, most);
        for (int reply = 0; reply < requests; reply++)
            await Assert.That((await caller.ReceiveAsync()).Payload.Length).IsEqualTo(replyBytes - SmfHeader.Bytes);
        await sending;
    }

    [Test]
    public async Task A_request_that_does_not_come_whole_in_time_loses_its_connection_and_its_memory_serves_others()
    {
        var clock = new ManualTimeProvider();
        Start(new SmfServerOptions { MessageBytesMax = 1_000, MemoryBytesMax = 1_000, TimeProvider = clock });
        SmfPeer slow = await CallerAsync();
        await slow.SendAsync(SmfPeer.Message(1, Echo, new byte[600])[..300]);
        await clock.WaitForTimersAsync(1, Cancel);
        SmfPeer other = await CallerAsync();
        await other.SendAsync(SmfPeer.Message(1, Echo, new byte[600]));
        await Assert.That(await other.SaysSomethingAsync()).IsFalse();
        clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.That((await other.ReceiveAsync()).Payload.Length).IsEqualTo(600);
        _ = await Assert.ThrowsAsync<IOException>(slow.ReceiveAsync);
    }

    [Test]
    public async Task The_time_of_a_request_ends_with_its_last_byte()
    {
        var clock = new ManualTimeProvider();
        Start(new SmfServerOptions { TimeProvider = clock });
        SmfPeer caller = await CallerAsync();
        byte[] request = SmfPeer.Message(1, Hold, new byte[600]);
        await caller.SendAsync(request[..300]);
        await clock.WaitForTimersAsync(1, Cancel);
        await caller.SendAsync(request[300..]);
        await HandledAsync(1);
        clock.Advance(TimeSpan.FromMinutes(5));
        _held.SetResult(new byte[] { 9 });
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([9]);
    }

    [Test]
    public async Task A_caller_that_reads_no_reply_for_too_long_loses_its_connection()
    {
        var clock = new ManualTimeProvider();
        Start(new SmfServerOptions { TimeProvider = clock });
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Echo, new byte[MemoryPair.BufferBytesMax]));
        // Once the request is whole and served, only the writing of its reply can still be timed.
        await HandledAsync(1);
        await clock.WaitForTimersAsync(1, Cancel);
        clock.Advance(TimeSpan.FromSeconds(30));
        await _server!.StopAsync(Timeout.InfiniteTimeSpan, Cancel);
    }

    [Test]
    public async Task A_lost_connection_cancels_its_handlers()
    {
        Start(new SmfServerOptions());
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, [1]));
        await HandledAsync(1);
        caller.Connection.Abort();
        await caller.Connection.DisposeAsync();
        await _cancelled.Task.WaitAsync(Cancel);
    }

    [Test]
    public async Task An_end_in_the_middle_of_a_request_leaves_nothing_behind()
    {
        Start(new SmfServerOptions());
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Echo, new byte[50_000])[..40_000]);
        await caller.Connection.Output.CompleteAsync();
        await Assert.That(await caller.IsAtEndAsync()).IsTrue();
        await Assert.That(_server!.Memory.Taken).IsEqualTo(0);
        await Assert.That(_handled).IsEqualTo(0);
    }

    [Test]
    public async Task A_request_that_announces_4_GiB_is_answered_before_any_of_it_has_come()
    {
        Start(new SmfServerOptions());
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Echo, [], checksum: 1, size: uint.MaxValue));
        await Assert.That((await caller.ReceiveAsync()).Header.Meta).IsEqualTo(SmfStatus.TooLarge);
        await Assert.That(_server!.Memory.Taken).IsEqualTo(0);
    }

    [Test]
    [Arguments(Unsendable)]
    [Arguments(TooLong)]
    public async Task A_reply_that_cannot_be_sent_becomes_an_error(uint method)
    {
        Start(new SmfServerOptions { MessageBytesMax = 1_000 });
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, method, [1]));
        (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
        await Assert.That(header.Meta).IsEqualTo(SmfStatus.ServerError);
        await Assert.That(payload).IsSequence(SmfEmptyReply.Payload.ToArray());
    }

    [Test]
    public async Task Handlers_are_named_once_and_before_the_start()
    {
        Start(new SmfServerOptions());
        _ = Assert.ThrowsExactly<InvalidOperationException>(() => _server!.Map(new RequestId(99), (_, _) => default));
        _ = Assert.ThrowsExactly<InvalidOperationException>(() => _server!.MapFallback((_, _) => default));
        _ = Assert.ThrowsExactly<InvalidOperationException>(_server!.Start);
        await using var other = new SmfServer(new InProcessTransport());
        _ = other.Map(new RequestId(1), (_, _) => default, "Storage.Get").MapFallback((_, _) => default);
        ArgumentException twice = Assert.ThrowsExactly<ArgumentException>(() => other.Map(new RequestId(1), (_, _) => default, "Storage.Put"));
        await Assert.That(twice.Message).Contains("Storage.Put already has a handler, that of Storage.Get", StringComparison.Ordinal);
        _ = Assert.ThrowsExactly<InvalidOperationException>(() => other.MapFallback((_, _) => default));
        _ = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => other.Map(new RequestId(0), (_, _) => default));
    }

    [Test]
    public async Task A_fallback_serves_every_other_id_and_sees_which()
    {
        _server = new SmfServer(_transport).MapFallback((request, _) => new(BitConverter.GetBytes(request.Id.Value)));
        _server.Start();
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, 4711, [1]));
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence(BitConverter.GetBytes(4711));
    }

    private void Start(SmfServerOptions options)
    {
        _server = new SmfServer(_transport, options)
            .Map(new RequestId(Hold), async (request, cancel) =>
            {
                Count();
                try
                {
                    return await _held.Task.WaitAsync(cancel);
                }
                catch (OperationCanceledException)
                {
                    _cancelled.SetResult();
                    throw;
                }
            })
            .Map(new RequestId(Echo), (request, _) =>
            {
                Count();
                return new(request.Payload);
            })
            .Map(new RequestId(Unsendable), (_, _) => new(Convert.FromHexString("08000000040004000400000049BDC857")))
            .Map(new RequestId(TooLong), (_, _) => new(new byte[1_001]));
        _server.Start();
    }

    private void Count() => Interlocked.Increment(ref _handled);

    private async Task HandledAsync(int count)
    {
        while (Volatile.Read(ref _handled) < count)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task<SmfPeer> CallerAsync() => new(await _transport.ConnectAsync(Cancel));
}
