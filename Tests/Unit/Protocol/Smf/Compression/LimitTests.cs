using System.Runtime.InteropServices;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class LimitTests
{
    private const int BlockBytes = 128 * 1024;

    // What a refusal may take besides the original: its message, the test's own assertions, and up to 8 KiB that the runtime counts for each collection.
    private const int RefusalBytes = 32 * 1024;

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task An_original_may_be_as_large_as_the_limit_and_no_larger(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(1000);
        byte[] packed = Payloads.Pack(algorithm, plain);
        await Assert.That(Payloads.Unpack(algorithm, packed, plain.Length)).IsSequence(plain);
        SmfDecompressionProblem problem = Payloads.Refuse(algorithm, packed, plain.Length - 1);
        await Assert.That(problem.IsTooLarge).IsTrue();
        await Assert.That(problem.Message)
            .EndsWith($" payload announces {plain.Length} bytes, more than the limit of {plain.Length - 1} bytes", StringComparison.Ordinal);
        await Assert.That(Payloads.Refuse(algorithm, packed, 0).IsTooLarge).IsTrue();
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(BlockBytes - 1)]
    [Arguments(BlockBytes)]
    [Arguments((3 * BlockBytes) - 1)]
    public async Task A_frame_that_announces_nothing_may_not_exceed_the_limit_either(int bytesMax)
    {
        Libraries.Need(SmfCompression.Zstd);
        byte[] packed = Payloads.ZstdOfRepeatedBlocks(3);
        byte[] plain = Payloads.Unpack(SmfCompression.Zstd, packed, 3 * BlockBytes);
        await Assert.That(plain.Length).IsEqualTo(3 * BlockBytes);
        foreach (byte one in plain)
            await Assert.That(one).IsEqualTo((byte)7);

        SmfDecompressionProblem problem = Payloads.Refuse(SmfCompression.Zstd, packed, bytesMax);
        await Assert.That(problem.IsTooLarge).IsTrue();
        await Assert.That(problem.Message)
            .IsEqualTo($"zstd payload of {packed.Length} bytes has more content than it announces, more than the limit of {bytesMax} bytes");
    }

    [Test]
    public async Task A_small_stream_fits_a_limit_below_its_block_and_its_window()
    {
        Libraries.Need(SmfCompression.Zstd);
        byte[] packed = Convert.FromHexString(VectorTests.SmallStream);
        await Assert.That(Payloads.Unpack(SmfCompression.Zstd, packed, bytesMax: 171)).IsSequence(Payloads.Numbers(60));
        await Assert.That(Payloads.Refuse(SmfCompression.Zstd, packed, bytesMax: 170).IsTooLarge).IsTrue();
    }

    [Test]
    public async Task A_bomb_takes_no_more_memory_than_the_limit()
    {
        Libraries.Need(SmfCompression.Zstd);
        const int BytesMax = 1024 * 1024;
        byte[] bomb = Payloads.ZstdOfRepeatedBlocks(10_000);
        await Assert.That(AllocatedBy(() => Must.Hold(Payloads.Refuse(SmfCompression.Zstd, bomb, BytesMax).IsTooLarge))).IsBetween(0, BytesMax + RefusalBytes);
    }

    [Test]
    public async Task A_length_that_is_only_announced_takes_no_memory()
    {
        Libraries.Need(SmfCompression.Zstd);
        Libraries.Need(SmfCompression.Lz4);
        byte[] zstd = Convert.FromHexString("28b52ffda000000020" + "010000");
        byte[] lz4 = Payloads.Lz4(512 * 1024 * 1024, [0x50, 1, 2, 3, 4, 5]);
        foreach (int bytesMax in (int[])[1024, int.MaxValue])
        {
            await Assert.That(AllocatedBy(() => Must.Hold(Payloads.Refuse(SmfCompression.Zstd, zstd, bytesMax).IsTooLarge == (bytesMax == 1024))))
                .IsBetween(0, RefusalBytes);
            await Assert.That(AllocatedBy(() => Must.Hold(Payloads.Refuse(SmfCompression.Lz4, lz4, bytesMax).IsTooLarge == (bytesMax == 1024))))
                .IsBetween(0, RefusalBytes);
        }
    }

    [Test]
    [Arguments("28b52ffde0ffffffffffffffff010000", "zstd payload announces 18446744073709551615 bytes")]
    [Arguments("28b52ffda0ffffffff010000", "zstd payload announces 4294967295 bytes")]
    [Arguments("28b52ffd60ffff010000", "zstd payload announces 65791 bytes")]
    public async Task A_length_of_any_width_is_compared_with_the_limit(string packed, string problem)
    {
        Libraries.Need(SmfCompression.Zstd);
        SmfDecompressionProblem refused = Payloads.Refuse(SmfCompression.Zstd, Convert.FromHexString(packed), 65790);
        await Assert.That(refused.IsTooLarge).IsTrue();
        await Assert.That(refused.Message).IsEqualTo(problem + ", more than the limit of 65790 bytes");
    }

    [Test]
    public async Task The_largest_lz4_length_is_not_taken_for_a_negative_one()
    {
        Libraries.Need(SmfCompression.Lz4);
        SmfDecompressionProblem refused = Payloads.Refuse(SmfCompression.Lz4, Payloads.Lz4(uint.MaxValue, [0]), int.MaxValue);
        await Assert.That(refused.IsTooLarge).IsTrue();
        await Assert.That(refused.Message).IsEqualTo($"lz4 payload announces 4294967295 bytes, more than the limit of {Array.MaxLength} bytes");
    }

    [Test]
    public async Task A_small_original_of_many_blocks_does_not_keep_the_room_that_they_could_have_filled()
    {
        Libraries.Need(SmfCompression.Zstd);
        byte[] packed = Payloads.ZstdOfRepeatedBlocks(1);
        await Assert.That(SmfDecompressor.TryDecompress(SmfCompression.Zstd, packed, int.MaxValue, out ReadOnlyMemory<byte> whole, out _)).IsTrue();
        await Assert.That(ArrayBehind(whole).Length).IsEqualTo(BlockBytes);

        byte[] sparse = Convert.FromHexString(VectorTests.SmallStream);
        await Assert.That(SmfDecompressor.TryDecompress(SmfCompression.Zstd, sparse, int.MaxValue, out ReadOnlyMemory<byte> small, out _)).IsTrue();
        await Assert.That(ArrayBehind(small).Length).IsEqualTo(171);
    }

    [Test]
    public void A_negative_limit_is_the_calling_codes_mistake() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SmfDecompressor.TryDecompress(SmfCompression.Lz4, [], -1, out _, out _));

    private static byte[] ArrayBehind(ReadOnlyMemory<byte> memory)
    {
        Must.Hold(MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment));
        return segment.Array!;
    }

    private static long AllocatedBy(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
