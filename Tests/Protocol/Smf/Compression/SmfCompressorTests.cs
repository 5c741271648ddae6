using System.Buffers;
using System.Buffers.Binary;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class SmfCompressorTests
{
    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void Payloads_below_the_minimum_stay_plain(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 500);
        var destination = new ArrayBufferWriter<byte>();
        Assert.False(compressor.TryCompress(new byte[499], destination, out int written));
        Assert.Equal(0, written);
        Assert.Equal(0, destination.WrittenCount);
        Assert.True(compressor.TryCompress(new byte[500], destination, out written));
        Assert.Equal(destination.WrittenCount, written);
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void Payloads_that_would_not_become_smaller_stay_plain(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 1);
        var destination = new ArrayBufferWriter<byte>();
        foreach (int bytes in (int[])[0, 1, 2, 4, 5, 6, 12, 2000, 100_000])
        {
            Assert.False(compressor.TryCompress(Payloads.Random(bytes, differentBytes: 256, seed: 5), destination, out int written));
            Assert.Equal(0, written);
        }
        Assert.Equal(0, destination.WrittenCount);
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void The_shortest_payload_that_is_packed_really_becomes_smaller(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 1);
        byte[] zeros = new byte[100];
        int shortest = Enumerable.Range(1, zeros.Length).First(bytes => compressor.TryCompress(zeros.AsSpan(0, bytes), new ArrayBufferWriter<byte>(), out _));
        Assert.InRange(Payloads.Pack(algorithm, zeros[..shortest]).Length, 1, shortest - 1);
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void What_was_in_the_destination_stays(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(1000);
        var destination = new ArrayBufferWriter<byte>();
        destination.Write("before"u8);
        Assert.True(new SmfCompressor(algorithm).TryCompress(plain, destination, out int written));
        Assert.Equal("before"u8, destination.WrittenSpan[..6]);
        Assert.Equal(6 + written, destination.WrittenCount);
        Assert.Equal(plain, Payloads.Unpack(algorithm, destination.WrittenSpan[6..], plain.Length));
    }

    [Theory]
    [MemberData(nameof(Libraries.Algorithms), MemberType = typeof(Libraries))]
    public void The_highest_level_packs_tighter_than_the_lowest(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(5000);
        int highest = algorithm == SmfCompression.Zstd ? 22 : 12;
        var fast = new ArrayBufferWriter<byte>();
        var tight = new ArrayBufferWriter<byte>();
        Assert.True(new SmfCompressor(algorithm, level: 1).TryCompress(plain, fast, out _));
        Assert.True(new SmfCompressor(algorithm, level: highest).TryCompress(plain, tight, out _));
        Assert.True(tight.WrittenCount < fast.WrittenCount, $"{tight.WrittenCount} against {fast.WrittenCount} bytes");
    }

    [Fact]
    public void Both_formats_tell_the_originals_length_in_front()
    {
        Libraries.Need(SmfCompression.Zstd);
        Libraries.Need(SmfCompression.Lz4);
        byte[] plain = Payloads.Numbers(1000);
        Assert.Null(ZstdFrame.Read(Payloads.Pack(SmfCompression.Zstd, plain), out ZstdFrame frame));
        Assert.Equal((ulong)plain.Length, frame.ContentBytes);
        Assert.Equal(plain.Length, BinaryPrimitives.ReadInt32LittleEndian(Payloads.Pack(SmfCompression.Lz4, plain)));
    }

    [Theory]
    [InlineData(SmfCompression.None, 1, 1)]
    [InlineData(SmfCompression.Disabled, 1, 1)]
    [InlineData((SmfCompression)4, 1, 1)]
    [InlineData(SmfCompression.Zstd, 0, 1)]
    [InlineData(SmfCompression.Zstd, 1, 0)]
    [InlineData(SmfCompression.Zstd, 1, 23)]
    [InlineData(SmfCompression.Lz4, 1, 0)]
    [InlineData(SmfCompression.Lz4, 1, 13)]
    public void Impossible_settings_are_refused(SmfCompression algorithm, int minimumBytes, int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmfCompressor(algorithm, minimumBytes, level));

    [Fact]
    public void Settings_can_be_read()
    {
        Libraries.Need(SmfCompression.Lz4);
        var compressor = new SmfCompressor(SmfCompression.Lz4, minimumBytes: 77);
        Assert.Equal((SmfCompression.Lz4, 77), (compressor.Algorithm, compressor.MinimumBytes));
        Assert.Equal(SmfCompressor.DefaultMinimumBytes, new SmfCompressor(SmfCompression.Lz4).MinimumBytes);
    }
}
