using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfVectorTests
{
    private static readonly RequestId Get = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");

    public static IEnumerable<string> Names => [.. Vectors.Names.Where(name => name.StartsWith("smf-", StringComparison.Ordinal))];

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task Every_captured_message_is_read_checked_and_written_again(string name)
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
            await Assert.That(written).IsSequence(stream[at..(at + SmfHeader.Bytes)]);
            await Assert.That(requests ? header.CheckRequest() : header.CheckReply()).IsEqualTo(SmfFault.None);
            await Assert.That((int)header.Session).IsEqualTo(messages + 1);
            uint expectedMeta = !requests ? SmfStatus.Ok : name == "smf-unknown.c2s" ? 12345 : Get.Value;
            await Assert.That(header.Meta).IsEqualTo(expectedMeta);

            at += SmfHeader.Bytes;
            await Assert.That(header.Checksum).IsEqualTo(SmfChecksum.Of(stream.AsSpan(at, (int)header.Size)));
            at += (int)header.Size;
        }
        await Assert.That(at).IsEqualTo(stream.Length);
        await Assert.That(messages).IsEqualTo(name switch { "smf-unknown.s2c" => 0, "smf-get3.c2s" or "smf-get3.s2c" => 3, _ => 1 });
    }

    [Test]
    public async Task The_captured_request_id_is_that_of_the_schema() => await Assert.That(Get.ToString()).IsEqualTo("0x6ad4023d");
}
