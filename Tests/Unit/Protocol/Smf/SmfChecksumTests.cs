using System.Text;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Smf;

/// <summary>The lower half of xxHash64: the expected values are whole, as they are published.</summary>
public sealed class SmfChecksumTests
{
    [Test]
    [Arguments("", 0xef46db3751d8e999)]
    [Arguments("a", 0xd24ec4f1a98c6e5b)]
    [Arguments("abc", 0x44bc2cf5ad770999)]
    public async Task Of_a_text(string text, ulong published) => await Assert.That(SmfChecksum.Of(Encoding.UTF8.GetBytes(text))).IsEqualTo((uint)published);

    [Test]
    [Arguments(0, 0xef46db3751d8e999)]
    [Arguments(1, 0xe934a84adb052768)]
    [Arguments(4, 0x9136a0dca57457ee)]
    [Arguments(14, 0x8282dcc4994e35c8)]
    [Arguments(222, 0xb641ae8cb691c174)]
    public async Task Of_the_sanity_buffer(int length, ulong published) => await Assert.That(SmfChecksum.Of(SanityBuffer(length))).IsEqualTo((uint)published);

    [Test]
    public async Task Alignment_does_not_matter()
    {
        byte[] data = SanityBuffer(222);
        byte[] shifted = new byte[data.Length + 8];
        for (int offset = 0; offset <= 8; offset++)
        {
            data.CopyTo(shifted, offset);
            await Assert.That(SmfChecksum.Of(shifted.AsSpan(offset, data.Length))).IsEqualTo(SmfChecksum.Of(data));
        }
    }

    /// <summary>The buffer of the reference's own sanity test.</summary>
    private static byte[] SanityBuffer(int length)
    {
        byte[] buffer = new byte[length];
        ulong generator = 0x9E3779B1;
        foreach (ref byte next in buffer.AsSpan())
        {
            next = (byte)(generator >> 56);
            generator *= 0x9E3779B185EBCA8D;
        }
        return buffer;
    }
}
