using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>MemoryBytesMax is over all that the server holds of calls: requests, what is unpacked of them, replies, and what these are packed into.</summary>
public sealed class SmfServerMemoryTests : IAsyncDisposable
{
    private const uint Hold = 1;
    private const uint Echo = 2;
    private const uint Generate = 3;
    private const int Block = 128 << 10;

    // More than a connection in memory takes before it is read.
    private const int LargeReply = 2 * MemoryPair.BufferBytesMax;

    private readonly InProcessTransport _transport = new();
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _handled = new(0);
    private byte[] _reply = [];
    private SmfServer? _server;
    private long _bytesSeen;
    private long _bytesSeenMax;

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    private long Taken => _server!.Memory.Taken;

    public static IEnumerable<(SmfCompression, bool)> Packings => [
        (SmfCompression.Zstd, true),
        (SmfCompression.Zstd, false),
        (SmfCompression.Lz4, true),
    ];

    public async ValueTask DisposeAsync()
    {
        _ = _held.TrySetResult();
        await _server!.DisposeAsync();
        await _transport.DisposeAsync();
        await _server.Memory.TakeAsync(_server.Memory.Max, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        _handled.Dispose();
    }

    [Test]
    [MethodDataSource(nameof(Packings))]
    public async Task What_is_unpacked_counts_beside_requests_that_were_not_packed(SmfCompression compression, bool announced)
    {
        byte[] packed = Packed(compression, announced);
        Start(new SmfServerOptions { MessageBytesMax = Block, MemoryBytesMax = 2 * Block });
        SmfPeer holder = await CallerAsync();
        await holder.SendAsync(SmfPeer.Message(1, Hold, new byte[Block]));
        await HandledAsync();
        SmfPeer other = await CallerAsync();
        await other.SendAsync(SmfPeer.Message(1, Hold, packed, compression: compression));
        await Assert.That(await other.SaysSomethingAsync()).IsFalse();
        await Assert.That(_handled.CurrentCount).IsEqualTo(0);
        await Assert.That(_bytesSeenMax).IsEqualTo(Block);

        _held.SetResult();

        await Assert.That((await holder.ReceiveAsync()).Header.Meta).IsEqualTo(SmfStatus.Ok);
        await Assert.That((await other.ReceiveAsync()).Header.Meta).IsEqualTo(SmfStatus.Ok);
    }

    [Test]
    [MethodDataSource(nameof(Packings))]
    public async Task While_a_handler_runs_what_its_packed_request_holds_is_counted_and_no_more(SmfCompression compression, bool announced)
    {
        Start(new SmfServerOptions { MessageBytesMax = 8 * Block, MemoryBytesMax = 16 * Block });
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Hold, Packed(compression, announced), compression: compression));
        await HandledAsync();
        await Assert.That(Taken).IsEqualTo(Block);
    }

    [Test]
    [MethodDataSource(nameof(Packings))]
    public async Task A_packed_request_that_needs_more_than_the_whole_memory_is_refused_and_the_next_one_is_served(SmfCompression compression, bool announced)
    {
        byte[] packed = Packed(compression, announced);
        Start(new SmfServerOptions { MessageBytesMax = Block, MemoryBytesMax = Block });
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Echo, packed, compression: compression), SmfPeer.Message(2, Echo, [7]));
        (SmfHeader header, _) = await caller.ReceiveAsync();
        await Assert.That(((int, uint TooLarge))(header.Session, header.Meta)).IsEqualTo((1, SmfStatus.TooLarge));
        await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([7]);
    }

    [Test]
    [MethodDataSource(nameof(Packings))]
    public async Task A_packed_request_is_served_whatever_the_pieces_in_which_it_comes(SmfCompression compression, bool announced)
    {
        byte[] message = SmfPeer.Message(1, Generate, Packed(compression, announced), compression: compression);
        Start(new SmfServerOptions { MessageBytesMax = Block, MemoryBytesMax = 2 * Block });
        _reply = [9];
        foreach (int piece in (int[])[1, 3, SmfHeader.Bytes + 1, SmfHeader.Bytes + 4, message.Length])
        {
            SmfPeer caller = await CallerAsync();
            await caller.SendAsync(message.Chunk(piece).ToArray());
            await caller.SendAsync(message.Chunk(piece).ToArray());
            await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([9]);
            await Assert.That((await caller.ReceiveAsync()).Payload).IsSequence([9]);
        }
        await Assert.That(_bytesSeenMax).IsEqualTo(Block);
    }

    [Test]
    public async Task A_reply_counts_until_its_caller_has_read_it_and_requests_wait_for_that()
    {
        Start(new SmfServerOptions { MessageBytesMax = LargeReply, MemoryBytesMax = LargeReply });
        _reply = new byte[LargeReply];
        SmfPeer slow = await CallerAsync();
        await slow.SendAsync(SmfPeer.Message(1, Generate, [1]));
        await HandledAsync();
        await TakenAsync(1 + LargeReply);
        SmfPeer other = await CallerAsync();
        await other.SendAsync(SmfPeer.Message(1, Echo, [7]));
        await Assert.That(await other.SaysSomethingAsync()).IsFalse();

        await Assert.That((await slow.ReceiveAsync()).Payload.Length).IsEqualTo(LargeReply);

        await Assert.That((await other.ReceiveAsync()).Payload).IsSequence([7]);
    }

    [Test]
    public async Task A_reply_that_is_made_of_its_request_counts_once()
    {
        Start(new SmfServerOptions { MessageBytesMax = LargeReply, MemoryBytesMax = 3 * LargeReply });
        SmfPeer slow = await CallerAsync();
        await slow.SendAsync(SmfPeer.Message(1, Echo, new byte[LargeReply]));
        await HandledAsync();
        await NeverTakesMoreThanAsync(LargeReply);
        await Assert.That((await slow.ReceiveAsync()).Payload.Length).IsEqualTo(LargeReply);
    }

    [Test]
    [Arguments(SmfCompression.Zstd)]
    [Arguments(SmfCompression.Lz4)]
    public async Task What_a_reply_is_packed_into_counts_until_it_is_read(SmfCompression compression)
    {
        Libraries.Need(compression);
        const int Plain = 2 * LargeReply;
        Start(new SmfServerOptions { MessageBytesMax = Plain, MemoryBytesMax = 2 * Plain, Compressor = new SmfCompressor(compression) });
        _reply = HalfPackable(Plain);
        SmfPeer slow = await CallerAsync();
        await slow.SendAsync(SmfPeer.Message(1, Generate, [1]));
        await TakenAsync(1 + Plain);
        await Assert.That((await slow.ReceiveAsync()).Header.Compression).IsEqualTo(compression);
    }

    [Test]
    [Arguments(SmfCompression.Zstd)]
    [Arguments(SmfCompression.Lz4)]
    public async Task A_reply_that_there_is_no_memory_to_pack_is_sent_as_it_is(SmfCompression compression)
    {
        Libraries.Need(compression);
        Start(new SmfServerOptions { MessageBytesMax = Block, MemoryBytesMax = Block + 1, Compressor = new SmfCompressor(compression) });
        _reply = new byte[Block];
        SmfPeer holder = await CallerAsync();
        await holder.SendAsync(SmfPeer.Message(1, Hold, [1]));
        await HandledAsync();
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(SmfPeer.Message(1, Generate, [1]));
        (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
        await Assert.That((header.Compression, payload.Length)).IsEqualTo((SmfCompression.None, Block));
        _held.SetResult();
        _ = await holder.ReceiveAsync();
        await TakenAsync(0);
        await caller.SendAsync(SmfPeer.Message(2, Generate, [1]));
        await Assert.That((await caller.ReceiveAsync()).Header.Compression).IsEqualTo(compression);
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public async Task However_tight_the_memory_no_request_waits_for_good_and_the_limit_holds(int seed)
    {
        Libraries.Need(SmfCompression.Zstd);
        Libraries.Need(SmfCompression.Lz4);
        TestContext.Current!.OutputWriter?.WriteLine($"seed {seed}");
        const int Callers = 24;
        const int Calls = 12;
        const long Memory = 3 * Block;
        Start(new SmfServerOptions { CallsMax = 3, MessageBytesMax = Block, MemoryBytesMax = Memory });
        var random = new Random(seed);
        int[] seeds = [.. Enumerable.Range(0, Callers).Select(_ => random.Next())];

        await Task.WhenAll(seeds.Select(one => Task.Run(() => CallAsync(one, Calls), Cancel))).WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        await TakenAsync(0);
        await Assert.That(_bytesSeenMax).IsBetween(1, Memory);
    }

    private async Task CallAsync(int seed, int calls)
    {
        SmfPeer caller = await CallerAsync();
        Task sending = SendAsync(caller, new Random(seed), calls);
        for (int reply = 0; reply < calls; reply++)
            await Assert.That((await caller.ReceiveAsync()).Header.Meta).IsEqualTo(SmfStatus.Ok);
        await sending;
    }

    private static async Task SendAsync(SmfPeer caller, Random random, int calls)
    {
        for (ushort session = 0; session < calls; session++)
        {
            (byte[] payload, SmfCompression compression) = random.Next(4) switch
            {
                0 => (Packed(SmfCompression.Zstd, announced: true), SmfCompression.Zstd),
                1 => (Packed(SmfCompression.Zstd, announced: false), SmfCompression.Zstd),
                2 => (Packed(SmfCompression.Lz4, announced: true), SmfCompression.Lz4),
                _ => (new byte[random.Next(1, Block)], SmfCompression.None),
            };
            await caller.SendAsync(SmfPeer.Message(session, Echo, payload, compression: compression));
        }
    }

    private static byte[] Packed(SmfCompression compression, bool announced)
    {
        Libraries.Need(compression);
        return announced ? Payloads.Pack(compression, new byte[Block]) : Payloads.ZstdOfRepeatedBlocks(1);
    }

    private static byte[] HalfPackable(int bytes) => [.. new byte[bytes / 2], .. Payloads.Random(bytes / 2, differentBytes: 256, seed: 1)];

    private void Start(SmfServerOptions options)
    {
        _server = new SmfServer(_transport, options)
            .Map(new RequestId(Hold), (request, cancel) => WithSeenAsync(request, async () =>
            {
                await _held.Task.WaitAsync(cancel);
                return new byte[] { 9 };
            }))
            .Map(new RequestId(Echo), (request, _) => WithSeenAsync(request, async () =>
            {
                await Task.Yield();
                return request.Payload;
            }))
            .Map(new RequestId(Generate), (request, _) => WithSeenAsync(request, () => Task.FromResult<ReadOnlyMemory<byte>>(_reply)));
        _server.Start();
    }

    /// <summary>Measures what handlers are given at the same time.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> WithSeenAsync(SmfRequest request, Func<Task<ReadOnlyMemory<byte>>> handle)
    {
        long seen = Interlocked.Add(ref _bytesSeen, request.Payload.Length);
        InterlockedMax(ref _bytesSeenMax, seen);
        _ = _handled.Release();
        try
        {
            return await handle();
        }
        finally
        {
            _ = Interlocked.Add(ref _bytesSeen, -request.Payload.Length);
        }
    }

    private static void InterlockedMax(ref long place, long value)
    {
        for (long found = Volatile.Read(ref place); found < value;)
        {
            long before = Interlocked.CompareExchange(ref place, value, found);
            if (before == found)
                return;
            found = before;
        }
    }

    private Task HandledAsync() => _handled.WaitAsync(Cancel);

    private async Task TakenAsync(long bytes)
    {
        while (Taken != bytes)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Watches for as long as other threads need to go on.</summary>
    private async Task NeverTakesMoreThanAsync(long bytes)
    {
        for (int look = 0; look < 20; look++)
        {
            await Assert.That(Taken).IsBetween(0, bytes);
            await Task.Delay(1, Cancel);
        }
    }

    private async Task<SmfPeer> CallerAsync() => new(await _transport.ConnectAsync(Cancel));
}
