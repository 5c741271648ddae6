using System.Buffers;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class RoundTripTests
{
    public static TheoryData<SmfCompression, int?> AlgorithmsAndLevels =>
        new()
        {
            { SmfCompression.Zstd, null }, { SmfCompression.Zstd, 1 }, { SmfCompression.Zstd, 19 },
            { SmfCompression.Lz4, null }, { SmfCompression.Lz4, 2 }, { SmfCompression.Lz4, 3 }, { SmfCompression.Lz4, 12 },
        };

    [Theory]
    [MemberData(nameof(AlgorithmsAndLevels))]
    public void Any_payload_comes_back_as_it_was_or_is_left_plain(SmfCompression algorithm, int? level)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 1, level);
        Gen<(int Bytes, int DifferentBytes, int Seed)> payloads =
            from size in Gen.OneOf(Gen.Choose(0, 64), Gen.Choose(0, 4096), Gen.Choose(0, 200_000))
            from differentBytes in Gen.Elements(1, 2, 16, 200, 256)
            from seed in Gen.Choose(0, int.MaxValue)
            select (size, differentBytes, seed);

        Prop.ForAll(payloads.ToArbitrary(), payload =>
        {
            byte[] plain = Payloads.Random(payload.Bytes, payload.DifferentBytes, payload.Seed);
            var packed = new ArrayBufferWriter<byte>();
            bool smaller = compressor.TryCompress(plain, packed, out int written);
            Assert.Equal(packed.WrittenCount, written);
            Assert.Equal(smaller, written > 0);
            if (smaller)
            {
                Assert.True(written < plain.Length);
                Assert.Equal(plain, Payloads.Unpack(algorithm, packed.WrittenSpan, plain.Length));
            }
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void A_mebibyte_of_numbers_comes_back(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(180_000)[..(1024 * 1024)];
        byte[] packed = Payloads.Pack(algorithm, plain);
        Assert.InRange(packed.Length, 1, plain.Length - 1);
        Assert.Equal(plain, Payloads.Unpack(algorithm, packed, plain.Length));
    }

    [Theory]
    [InlineData(SmfCompression.None)]
    [InlineData(SmfCompression.Disabled)]
    public void A_plain_payload_comes_back_within_the_limit_and_needs_no_library(SmfCompression compression)
    {
        byte[] plain = Payloads.Numbers(5);
        SmfDecompressor.Require(compression);
        Assert.Equal(plain, Payloads.Unpack(compression, plain, plain.Length));
        Assert.True(Payloads.Refuse(compression, plain, plain.Length - 1).IsTooLarge);
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
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
                    Assert.True(compressor.TryCompress(plain, packed, out _));
                    Assert.Equal(plain, Payloads.Unpack(algorithm, packed.WrittenSpan, plain.Length));
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }
}
