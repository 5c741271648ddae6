using FrameRpc.Gateway.Demo;

namespace FrameRpc.Tests.Demo;

public sealed class DemoContentTests
{
    [Test]
    public async Task Any_piece_is_the_same_as_that_piece_of_the_whole()
    {
        byte[] whole = new byte[64];
        DemoContent.Fill(whole, 0);
        for (int start = 0; start <= whole.Length; start++)
        {
            for (int end = start; end <= whole.Length; end++)
            {
                byte[] piece = new byte[end - start];
                DemoContent.Fill(piece, start);
                await Assert.That(piece).IsSequence(whole[start..end]);
                await Assert.That(DemoContent.Matches(piece, start)).IsTrue();
            }
        }
    }

    [Test]
    public async Task Any_changed_byte_is_found()
    {
        byte[] piece = new byte[29];
        DemoContent.Fill(piece, 5);
        for (int i = 0; i < piece.Length; i++)
        {
            piece[i] ^= 0x10;
            await Assert.That(DemoContent.Matches(piece, 5)).IsFalse();
            piece[i] ^= 0x10;
        }
    }

    [Test]
    public async Task A_piece_in_another_place_is_found()
    {
        byte[] piece = new byte[100];
        DemoContent.Fill(piece, 4096);
        await Assert.That(DemoContent.Matches(piece, 4104)).IsFalse();
        await Assert.That(DemoContent.Matches(piece, 0)).IsFalse();
    }
}
