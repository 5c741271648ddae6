using FrameRpc.Gateway.Demo;
using Xunit;

namespace FrameRpc.Tests.Demo;

public sealed class DemoContentTests
{
    [Fact]
    public void Any_piece_is_the_same_as_that_piece_of_the_whole()
    {
        byte[] whole = new byte[64];
        DemoContent.Fill(whole, 0);
        for (int start = 0; start <= whole.Length; start++)
        {
            for (int end = start; end <= whole.Length; end++)
            {
                byte[] piece = new byte[end - start];
                DemoContent.Fill(piece, start);
                Assert.Equal(whole[start..end], piece);
                Assert.True(DemoContent.Matches(piece, start));
            }
        }
    }

    [Fact]
    public void Any_changed_byte_is_found()
    {
        byte[] piece = new byte[29];
        DemoContent.Fill(piece, 5);
        for (int i = 0; i < piece.Length; i++)
        {
            piece[i] ^= 0x10;
            Assert.False(DemoContent.Matches(piece, 5));
            piece[i] ^= 0x10;
        }
    }

    [Fact]
    public void A_piece_in_another_place_is_found()
    {
        byte[] piece = new byte[100];
        DemoContent.Fill(piece, 4096);
        Assert.False(DemoContent.Matches(piece, 4104));
        Assert.False(DemoContent.Matches(piece, 0));
    }
}
