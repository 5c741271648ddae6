using System.Text;
using FrameRpc.Gateway.Cli.Shutdown;

namespace FrameRpc.Tests.Cli.Shutdown;

public sealed class AdminReplyTests
{
    private const string Whole = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 7\r\nDate: x\r\n\r\nnot é\n";

    [Test]
    public async Task A_whole_reply_is_read_and_what_is_behind_it_is_left()
    {
        await Assert.That(AdminReply.TryRead(Encoding.UTF8.GetBytes(Whole + "HTTP"), out AdminReply? reply, out int length)).IsTrue();

        await Assert.That((reply, length)).IsEqualTo((new AdminReply(503, "not é"), Encoding.UTF8.GetByteCount(Whole)));
    }

    [Test]
    public async Task A_part_of_a_reply_waits_for_the_rest()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Whole);
        for (int part = 0; part < whole.Length; part++)
            await Assert.That(AdminReply.TryRead(whole.AsSpan(0, part), out _, out _)).IsFalse();
    }

    [Test]
    [Arguments("SSH")]
    [Arguments("HTTP/1.0")]
    [Arguments("HTTP/1.1\r\nContent-Length: 0\r\n\r\n")]
    [Arguments("HTTP/1.1 20x OK\r\nContent-Length: 0\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [Arguments("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]
    public void What_no_gateway_answers_is_told(string text) =>
        Assert.ThrowsExactly<InvalidDataException>(() => AdminReply.TryRead(Encoding.UTF8.GetBytes(text), out _, out _));
}
