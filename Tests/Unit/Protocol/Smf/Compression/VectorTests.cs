using System.Text;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

/// <summary>Payloads that were packed by the tools of others: <c>zstd</c> 1.5.4, and <c>lz4</c> 1.9.4, whose frame's only block was taken out of it.</summary>
public sealed class VectorTests
{
    /// <summary>The numbers from 1 to 60 in 171 bytes, compressed as a stream: one block, no content size, a window of 2 MiB.</summary>
    public const string SmallStream =
        "28b52ffd0058950200b28a130bb0a70dad11896ccb5302118379c8420ef2c82257a63c59329047173df4e9d2dbd9d7d5411f5cf0c0870b2f271f17077c6cb1c39e2dbb9b7b5b"
            + "1beca1850e7ab4e86aea6969a0c7e2f02c77be1500";

    /// <summary>The command that made it, what it was given, and the result.</summary>
    public static IEnumerable<(string, byte[], string)> ZstdFrames =>
        [
            (
                "zstd -c FILE: content size and checksum", Payloads.Numbers(60),
                "28b52ffd24ab950200b28a130bb0a70dad11896ccb5302118379c8420ef2c82257a63c59329047173df4e9d2dbd9d7d5411f5cf0c0870b2f271f17077c6cb1c39e2dbb9b7b5b"
                    + "1beca1850e7ab4e86aea6969a0c7e2f02c77be1500949f2073"
           ),
            ("cat FILE | zstd -c --no-check: neither", Payloads.Numbers(60), SmallStream),
            (
                "cat FILE | zstd -19 -c: checksum only", Payloads.Numbers(60),
                "28b52ffd04688d0200b24a1309b0eb24498870ce9845037db3cd35d33cb3cc3177e60cf3c926974cf2c822875c9932c8175b5c31c5134b1c7163c6105fb75e9dfa74e9d1dbd9"
                    + "a11f375e9cf870e1c1cbc981df764dcf72dc1900949f2073"
           ),
            ("cat FILE | zstd -c --no-check: three blocks", new byte[300_000], "28b52ffd00585400001000000100fbff39c00202001000039f0400"),
            ("cat FILE | zstd -c --long=31 --ultra -22: a window of 2 GiB", new byte[300_000], "28b52ffd00a84c000008000100fcff39100202001000039f0400"),
            ("zstd -c EMPTY", [], "28b52ffd240001000099e9d851"),
        ];

    public static IEnumerable<(string, byte[], string)> Lz4Blocks =>
        [
            (
                "lz4 -c", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("smf rpc, frame rpc; ", 20))),
                "90010000" + "e0736d66207270632c206672616d650b002f3b201400ff65507270633b20"
           ),
            ("lz4 -c", new byte[2000], "d0070000" + "1f000100ffffffffffffffbe500000000000"),
            ("an empty block", [], "00000000" + "00"),
        ];

    [Test]
    [MethodDataSource(nameof(ZstdFrames))]
    public async Task Zstd_frames_of_the_zstd_command_are_unpacked(string made, byte[] plain, string packed)
    {
        Libraries.Need(SmfCompression.Zstd);
        byte[] unpacked = Payloads.Unpack(SmfCompression.Zstd, Convert.FromHexString(packed), plain.Length);
        await Assert.That(plain.AsSpan().SequenceEqual(unpacked)).IsTrue().Because(made);
    }

    [Test]
    [MethodDataSource(nameof(Lz4Blocks))]
    public async Task Blocks_of_the_lz4_command_are_unpacked_after_their_length(string made, byte[] plain, string packed)
    {
        Libraries.Need(SmfCompression.Lz4);
        byte[] unpacked = Payloads.Unpack(SmfCompression.Lz4, Convert.FromHexString(packed), plain.Length);
        await Assert.That(plain.AsSpan().SequenceEqual(unpacked)).IsTrue().Because(made);
    }
}
