using System.Buffers;
using CsCheck;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class RoundTripTests
{
    public static IEnumerable<(SmfCompression, int?)> AlgorithmsAndLevels =>
        [
            (SmfCompression.Zstd, null), (SmfCompression.Zstd, 1), (SmfCompression.Zstd, 19),
            (SmfCompression.Lz4, null), (SmfCompression.Lz4, 2), (SmfCompression.Lz4, 3), (SmfCompression.Lz4, 12),
        ];

    [Test]
    [MethodDataSource(nameof(AlgorithmsAndLevels))]
    public async Task Any_payload_comes_back_as_it_was_or_is_left_plain(SmfCompression algorithm, int? level)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 1, level);
        Gen<int> sizes = Gen.OneOf(Gen.Int[0, 64], Gen.Int[0, 4096], Gen.Int[0, 200_000]);

        await Gen.Select(sizes, Gen.OneOf(Gen.Const(1), Gen.Const(2), Gen.Const(16), Gen.Const(200), Gen.Const(256)), Gen.Int[0, int.MaxValue]).SampleAsync(
            async (bytes, differentBytes, seed) =>
            {
                byte[] plain = Payloads.Random(bytes, differentBytes, seed);
                var packed = new ArrayBufferWriter<byte>();
                bool smaller = compressor.TryCompress(plain, packed, out int written);
                await Assert.That(written).IsEqualTo(packed.WrittenCount);
                await Assert.That(written > 0).IsEqualTo(smaller);
                if (smaller)
                {
                    await Assert.That(written < plain.Length).IsTrue();
                    await Assert.That(Payloads.Unpack(algorithm, packed.WrittenSpan, plain.Length)).IsSequence(plain);
                }
            },
            iter: 100);
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task A_mebibyte_of_numbers_comes_back(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(180_000)[..(1024 * 1024)];
        byte[] packed = Payloads.Pack(algorithm, plain);
        await Assert.That(packed.Length).IsBetween(1, plain.Length - 1);
        await Assert.That(Payloads.Unpack(algorithm, packed, plain.Length)).IsSequence(plain);
    }

    [Test]
    [Arguments(SmfCompression.None)]
    [Arguments(SmfCompression.Disabled)]
    public async Task A_plain_payload_comes_back_within_the_limit_and_needs_no_library(SmfCompression compression)
    {
        byte[] plain = Payloads.Numbers(5);
        SmfDecompressor.Require(compression);
        await Assert.That(Payloads.Unpack(compression, plain, plain.Length)).IsSequence(plain);
        await Assert.That(Payloads.Refuse(compression, plain, plain.Length - 1).IsTooLarge).IsTrue();
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task One_compressor_serves_many_threads_at_once(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm);
        using var start = new Barrier(4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (int round = 0; round < 50; round++)
                {
                    byte[] plain = Payloads.Random(50_000, differentBytes: 8, seed: (thread * 1000) + round);
                    var packed = new ArrayBufferWriter<byte>();
                    Must.Hold(compressor.TryCompress(plain, packed, out _));
                    Must.Hold(Payloads.Unpack(algorithm, packed.WrittenSpan, plain.Length).SequenceEqual(plain));
                }
            },
            TestContext.Current!.Execution.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }
}
