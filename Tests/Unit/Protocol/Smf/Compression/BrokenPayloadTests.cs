using CsCheck;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class BrokenPayloadTests
{
    private const int BytesMax = 64 * 1024;

    private static readonly byte[] Plain = Payloads.Numbers(400);

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task Whatever_is_cut_off_the_rest_is_refused(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        for (int length = 0; length < packed.Length; length++)
            await Assert.That(Payloads.Refuse(algorithm, packed.AsSpan(0, length), BytesMax).IsTooLarge).IsFalse();
    }

    [Test]
    public async Task Whatever_is_cut_off_a_frame_without_content_size_the_rest_is_refused()
    {
        Libraries.Need(SmfCompression.Zstd);
        byte[] packed = Payloads.ZstdOfRawBytes(Plain);
        await Assert.That(Payloads.Unpack(SmfCompression.Zstd, packed, BytesMax)).IsSequence(Plain);
        for (int length = 0; length < packed.Length; length++)
            await Assert.That(Payloads.Refuse(SmfCompression.Zstd, packed.AsSpan(0, length), BytesMax).IsTooLarge).IsFalse();
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task Whatever_follows_is_refused(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        byte[][] endings = [[0], [1, 0, 0], packed, [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9]];
        foreach (byte[] ending in endings)
            await Assert.That(Payloads.Refuse(algorithm, [.. packed, .. ending], BytesMax).IsTooLarge).IsFalse();
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task Whichever_bit_is_flipped_the_answer_stays_within_the_limit(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        int refused = 0;
        for (int bit = 0; bit < packed.Length * 8; bit++)
        {
            packed[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += Answers(algorithm, packed) ? 0 : 1;
            packed[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        // Without a checksum in the payload many a changed literal passes: those are for the header's checksum to find. Broken structure does not.
        await Assert.That(refused).IsBetween(64, packed.Length * 8);
        await Assert.That(Payloads.Unpack(algorithm, packed, BytesMax)).IsSequence(Plain);
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public void Whatever_follows_a_valid_beginning_the_answer_stays_within_the_limit(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        Gen.Select(Gen.Int[0, packed.Length], Gen.Byte.Array).Sample(
            (kept, added) => { _ = Answers(algorithm, [.. packed[..kept], .. added]); },
            iter: 1000);
    }

    [Test]
    [Arguments("", "does not begin with a zstd frame")]
    [Arguments("28b52ffe2000010000", "does not begin with a zstd frame")]
    [Arguments("502a4d180100000009", "does not begin with a zstd frame")]
    [Arguments("28b52ffd00", "ends within the header of its frame")]
    [Arguments("28b52ffd00580100", "ends before the last block of its frame")]
    [Arguments("28b52ffd0058000000", "ends before the last block of its frame")]
    [Arguments("28b52ffd0058110000aa", "ends within a block of its frame")]
    [Arguments("28b52ffd0058070000", "has a block of an unknown type in its frame")]
    [Arguments("28b52ffd0458010000112233", "ends before its frame's checksum")]
    [Arguments("28b52ffd005801000077", "continues for 1 bytes after its frame")]
    [Arguments("28b52ffd2003090000aa", "announces 3 bytes, more than its blocks can hold")]
    [Arguments("28b52ffd2000090000aa", "has a broken frame: ")]
    [Arguments("28b52ffd015809090000aa", "has a broken frame: ")]
    [Arguments("28b52ffd0858090000aa", "has a broken frame: ")]
    [Arguments("28b52ffd045801000011223344", "has a broken frame: ")]
    public async Task A_broken_zstd_payload_is_told_what_is_wrong_with_it(string payload, string problem)
    {
        Libraries.Need(SmfCompression.Zstd);
        SmfDecompressionProblem refused = Payloads.Refuse(SmfCompression.Zstd, Convert.FromHexString(payload), BytesMax);
        await Assert.That(refused.Message).StartsWith($"zstd payload of {payload.Length / 2} bytes {problem}", StringComparison.Ordinal);
        await Assert.That(refused.IsTooLarge).IsFalse();
    }

    [Test]
    [Arguments("", "is too short for the original's length and a block")]
    [Arguments("00000000", "is too short for the original's length and a block")]
    [Arguments("0002000050", "announces 512 bytes, more than its block can hold")]
    [Arguments("06000000506162636465", "announces 6 bytes, but its block holds 5")]
    [Arguments("04000000506162636465", "has a broken block, or one of more than the 4 bytes it announces")]
    [Arguments("00000000506162636465", "has a broken block, or one of more than the 0 bytes it announces")]
    [Arguments("0500000050616263646500", "has a broken block, or one of more than the 5 bytes it announces")]
    public async Task A_broken_lz4_payload_is_told_what_is_wrong_with_it(string payload, string problem)
    {
        Libraries.Need(SmfCompression.Lz4);
        SmfDecompressionProblem refused = Payloads.Refuse(SmfCompression.Lz4, Convert.FromHexString(payload), BytesMax);
        await Assert.That(refused.Message).IsEqualTo($"lz4 payload of {payload.Length / 2} bytes {problem}");
        await Assert.That(refused.IsTooLarge).IsFalse();
    }

    [Test]
    public async Task A_compression_that_nobody_knows_is_the_senders_fault()
    {
        SmfDecompressionProblem refused = Payloads.Refuse((SmfCompression)200, Plain, BytesMax);
        await Assert.That(refused.Message).IsEqualTo("compression 200 is unknown");
        await Assert.That(refused.IsTooLarge).IsFalse();
    }

    private static bool Answers(SmfCompression algorithm, ReadOnlySpan<byte> payload)
    {
        bool unpacked = SmfDecompressor.TryDecompress(algorithm, payload, BytesMax, out ReadOnlyMemory<byte> plain, out SmfDecompressionProblem? problem);
        Must.Hold((problem is null) == unpacked);
        Must.Hold(plain.Length <= (unpacked ? BytesMax : 0));
        return unpacked;
    }
}
