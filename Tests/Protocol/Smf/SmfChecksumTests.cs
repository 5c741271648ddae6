using System.Text;
using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf;

/// <summary>The lower half of xxHash64: the expected values are whole, as they are published.</summary>
public sealed class SmfChecksumTests
{
    [Theory]
    [InlineData("", 0xef46db3751d8e999)]
    [InlineData("a", 0xd24ec4f1a98c6e5b)]
    [InlineData("abc", 0x44bc2cf5ad770999)]
    public void Of_a_text(string text, ulong published) => Assert.Equal((uint)published, SmfChecksum.Of(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(0, 0xef46db3751d8e999)]
    [InlineData(1, 0xe934a84adb052768)]
    [InlineData(4, 0x9136a0dca57457ee)]
    [InlineData(14, 0x8282dcc4994e35c8)]
    [InlineData(222, 0xb641ae8cb691c174)]
    public void Of_the_sanity_buffer(int length, ulong published) => Assert.Equal((uint)published, SmfChecksum.Of(SanityBuffer(length)));

    [Fact]
    public void Alignment_does_not_matter()
    {
        byte[] data = SanityBuffer(222);
        byte[] shifted = new byte[data.Length + 8];
        for (int offset = 0; offset <= 8; offset++)
        {
            data.CopyTo(shifted, offset);
            Assert.Equal(SmfChecksum.Of(data), SmfChecksum.Of(shifted.AsSpan(offset, data.Length)));
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
