using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfVectorTests
{
    private static readonly RequestId Get = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");

    public static TheoryData<string> Names => [.. Vectors.Names.Where(name => name.StartsWith("smf-", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_captured_message_is_read_checked_and_written_again(string name)
    {
        byte[] stream = Vectors.Bytes(name);
        bool requests = name.EndsWith(".c2s", StringComparison.Ordinal);
        byte[] written = new byte[SmfHeader.Bytes];
        int at = 0;
        int messages = 0;
        for (; at < stream.Length; messages++)
        {
            var header = SmfHeader.Read(stream.AsSpan(at));
            header.Write(written);
            Assert.Equal(stream[at..(at + SmfHeader.Bytes)], written);
            Assert.Equal(SmfFault.None, requests ? header.CheckRequest() : header.CheckReply());
            Assert.Equal(messages + 1, header.Session);
            uint expectedMeta = !requests ? SmfStatus.Ok : name == "smf-unknown.c2s" ? 12345 : Get.Value;
            Assert.Equal(expectedMeta, header.Meta);

            at += SmfHeader.Bytes;
            Assert.Equal(SmfChecksum.Of(stream.AsSpan(at, (int)header.Size)), header.Checksum);
            at += (int)header.Size;
        }
        Assert.Equal(stream.Length, at);
        Assert.Equal(name switch { "smf-unknown.s2c" => 0, "smf-get3.c2s" or "smf-get3.s2c" => 3, _ => 1 }, messages);
    }

    [Fact]
    public void The_captured_request_id_is_that_of_the_schema() => Assert.Equal("0x6ad4023d", Get.ToString());
}
