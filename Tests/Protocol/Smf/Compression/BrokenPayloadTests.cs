using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class BrokenPayloadTests
{
    private const int BytesMax = 64 * 1024;

    private static readonly byte[] Plain = Payloads.Numbers(400);

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void Whatever_is_cut_off_the_rest_is_refused(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        for (int length = 0; length < packed.Length; length++)
            Assert.False(Payloads.Refuse(algorithm, packed.AsSpan(0, length), BytesMax).IsTooLarge);
    }

    [Fact]
    public void Whatever_is_cut_off_a_frame_without_content_size_the_rest_is_refused()
    {
        Libraries.Need(SmfCompression.Zstd);
        byte[] packed = Payloads.ZstdOfRawBytes(Plain);
        Assert.Equal(Plain, Payloads.Unpack(SmfCompression.Zstd, packed, BytesMax));
        for (int length = 0; length < packed.Length; length++)
            Assert.False(Payloads.Refuse(SmfCompression.Zstd, packed.AsSpan(0, length), BytesMax).IsTooLarge);
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void Whatever_follows_is_refused(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        byte[][] endings = [[0], [1, 0, 0], packed, [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9]];
        foreach (byte[] ending in endings)
            Assert.False(Payloads.Refuse(algorithm, [.. packed, .. ending], BytesMax).IsTooLarge);
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void Whichever_bit_is_flipped_the_answer_stays_within_the_limit(SmfCompression algorithm)
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
        Assert.InRange(refused, 64, packed.Length * 8);
        Assert.Equal(Plain, Payloads.Unpack(algorithm, packed, BytesMax));
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void Whatever_follows_a_valid_beginning_the_answer_stays_within_the_limit(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] packed = Payloads.Pack(algorithm, Plain);
        Gen<(int Kept, byte[] Added)> broken =
            from kept in Gen.Choose(0, packed.Length)
            from added in Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value))
            select (kept, added);
        Prop.ForAll(broken.ToArbitrary(), parts => { _ = Answers(algorithm, [.. packed[..parts.Kept], .. parts.Added]); })
            .Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000));
    }

    [Theory]
    [InlineData("", "does not begin as a zstd frame")]
    [InlineData("28b52ffe2000010000", "does not begin as a zstd frame")]
    [InlineData("502a4d180100000009", "does not begin as a zstd frame")]
    [InlineData("28b52ffd00", "ends within the header of its frame")]
    [InlineData("28b52ffd00580100", "ends before the last block of its frame")]
    [InlineData("28b52ffd0058000000", "ends before the last block of its frame")]
    [InlineData("28b52ffd0058110000aa", "ends within a block of its frame")]
    [InlineData("28b52ffd0058070000", "has a block of an unknown type in its frame")]
    [InlineData("28b52ffd0458010000112233", "ends before its frame's checksum")]
    [InlineData("28b52ffd005801000077", "goes on for 1 bytes after its frame")]
    [InlineData("28b52ffd2003090000aa", "announces 3 bytes, more than its blocks can hold")]
    [InlineData("28b52ffd2000090000aa", "has a broken frame: ")]
    [InlineData("28b52ffd015809090000aa", "has a broken frame: ")]
    [InlineData("28b52ffd0858090000aa", "has a broken frame: ")]
    [InlineData("28b52ffd045801000011223344", "has a broken frame: ")]
    public void A_broken_zstd_payload_is_told_what_is_wrong_with_it(string payload, string problem)
    {
        Libraries.Need(SmfCompression.Zstd);
        SmfDecompressionProblem refused = Payloads.Refuse(SmfCompression.Zstd, Convert.FromHexString(payload), BytesMax);
        Assert.StartsWith($"zstd payload of {payload.Length / 2} bytes {problem}", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsTooLarge);
    }

    [Theory]
    [InlineData("", "is too short for the original's length and a block")]
    [InlineData("00000000", "is too short for the original's length and a block")]
    [InlineData("0002000050", "announces 512 bytes, more than its block can hold")]
    [InlineData("06000000506162636465", "announces 6 bytes, but its block holds 5")]
    [InlineData("04000000506162636465", "has a broken block, or one of more than the 4 bytes it announces")]
    [InlineData("00000000506162636465", "has a broken block, or one of more than the 0 bytes it announces")]
    [InlineData("0500000050616263646500", "has a broken block, or one of more than the 5 bytes it announces")]
    public void A_broken_lz4_payload_is_told_what_is_wrong_with_it(string payload, string problem)
    {
        Libraries.Need(SmfCompression.Lz4);
        SmfDecompressionProblem refused = Payloads.Refuse(SmfCompression.Lz4, Convert.FromHexString(payload), BytesMax);
        Assert.Equal($"lz4 payload of {payload.Length / 2} bytes {problem}", refused.Message);
        Assert.False(refused.IsTooLarge);
    }

    [Fact]
    public void A_compression_that_nobody_knows_is_the_senders_fault()
    {
        SmfDecompressionProblem refused = Payloads.Refuse((SmfCompression)200, Plain, BytesMax);
        Assert.Equal("compression 200 is unknown", refused.Message);
        Assert.False(refused.IsTooLarge);
    }

    private static bool Answers(SmfCompression algorithm, ReadOnlySpan<byte> payload)
    {
        bool unpacked = SmfDecompressor.TryDecompress(algorithm, payload, BytesMax, out ReadOnlyMemory<byte> plain, out SmfDecompressionProblem? problem);
        Assert.Equal(unpacked, problem is null);
        Assert.InRange(plain.Length, 0, unpacked ? BytesMax : 0);
        return unpacked;
    }
}
