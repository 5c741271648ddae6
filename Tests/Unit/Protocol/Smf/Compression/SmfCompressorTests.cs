using System.Buffers;
using System.Buffers.Binary;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class SmfCompressorTests
{
    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task Payloads_below_the_minimum_stay_plain(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 500);
        var destination = new ArrayBufferWriter<byte>();
        await Assert.That(compressor.TryCompress(new byte[499], destination, out int written)).IsFalse();
        await Assert.That(written).IsEqualTo(0);
        await Assert.That(destination.WrittenCount).IsEqualTo(0);
        await Assert.That(compressor.TryCompress(new byte[500], destination, out written)).IsTrue();
        await Assert.That(written).IsEqualTo(destination.WrittenCount);
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task Payloads_that_would_not_become_smaller_stay_plain(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 1);
        var destination = new ArrayBufferWriter<byte>();
        foreach (int bytes in (int[])[0, 1, 2, 4, 5, 6, 12, 2000, 100_000])
        {
            await Assert.That(compressor.TryCompress(Payloads.Random(bytes, differentBytes: 256, seed: 5), destination, out int written)).IsFalse();
            await Assert.That(written).IsEqualTo(0);
        }
        await Assert.That(destination.WrittenCount).IsEqualTo(0);
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task The_shortest_payload_that_is_packed_really_becomes_smaller(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 1);
        byte[] zeros = new byte[100];
        int shortest = Enumerable.Range(1, zeros.Length).First(bytes => compressor.TryCompress(zeros.AsSpan(0, bytes), new ArrayBufferWriter<byte>(), out _));
        await Assert.That(Payloads.Pack(algorithm, zeros[..shortest]).Length).IsBetween(1, shortest - 1);
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task What_was_in_the_destination_stays(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(1000);
        var destination = new ArrayBufferWriter<byte>();
        destination.Write("before"u8);
        await Assert.That(new SmfCompressor(algorithm).TryCompress(plain, destination, out int written)).IsTrue();
        await Assert.That(destination.WrittenSpan[..6].ToArray()).IsSequence("before"u8.ToArray());
        await Assert.That(destination.WrittenCount).IsEqualTo(6 + written);
        await Assert.That(Payloads.Unpack(algorithm, destination.WrittenSpan[6..], plain.Length)).IsSequence(plain);
    }

    [Test]
    [MethodDataSource(typeof(Libraries), nameof(Libraries.Algorithms))]
    public async Task The_highest_level_packs_tighter_than_the_lowest(SmfCompression algorithm)
    {
        Libraries.Need(algorithm);
        byte[] plain = Payloads.Numbers(5000);
        int highest = algorithm == SmfCompression.Zstd ? 22 : 12;
        var fast = new ArrayBufferWriter<byte>();
        var tight = new ArrayBufferWriter<byte>();
        await Assert.That(new SmfCompressor(algorithm, level: 1).TryCompress(plain, fast, out _)).IsTrue();
        await Assert.That(new SmfCompressor(algorithm, level: highest).TryCompress(plain, tight, out _)).IsTrue();
        await Assert.That(tight.WrittenCount < fast.WrittenCount).IsTrue().Because($"{tight.WrittenCount} against {fast.WrittenCount} bytes");
    }

    [Test]
    public async Task Both_formats_tell_the_originals_length_in_front()
    {
        Libraries.Need(SmfCompression.Zstd);
        Libraries.Need(SmfCompression.Lz4);
        byte[] plain = Payloads.Numbers(1000);
        await Assert.That(ZstdFrame.Read(Payloads.Pack(SmfCompression.Zstd, plain), out ZstdFrame frame)).IsNull();
        await Assert.That(frame.ContentBytes).IsEqualTo((ulong?)((ulong)plain.Length));
        await Assert.That(BinaryPrimitives.ReadInt32LittleEndian(Payloads.Pack(SmfCompression.Lz4, plain))).IsEqualTo(plain.Length);
    }

    [Test]
    [Arguments(SmfCompression.None, 1, 1)]
    [Arguments(SmfCompression.Disabled, 1, 1)]
    [Arguments((SmfCompression)4, 1, 1)]
    [Arguments(SmfCompression.Zstd, 0, 1)]
    [Arguments(SmfCompression.Zstd, 1, 0)]
    [Arguments(SmfCompression.Zstd, 1, 23)]
    [Arguments(SmfCompression.Lz4, 1, 0)]
    [Arguments(SmfCompression.Lz4, 1, 13)]
    public void Impossible_settings_are_refused(SmfCompression algorithm, int minimumBytes, int level) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = new SmfCompressor(algorithm, minimumBytes, level));

    [Test]
    public async Task Settings_can_be_read()
    {
        Libraries.Need(SmfCompression.Lz4);
        var compressor = new SmfCompressor(SmfCompression.Lz4, minimumBytes: 77);
        await Assert.That((compressor.Algorithm, compressor.MinimumBytes)).IsEqualTo((SmfCompression.Lz4, 77));
        await Assert.That(new SmfCompressor(SmfCompression.Lz4).MinimumBytes).IsEqualTo(SmfCompressor.DefaultMinimumBytes);
    }
}
