using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfEmptyReplyTests
{
    [Test]
    public async Task It_carries_session_and_status_and_passes_every_clients_checks()
    {
        byte[] reply = new byte[SmfEmptyReply.Bytes + 1];
        reply[^1] = 99;
        SmfEmptyReply.Write(reply, 0xabcd, SmfStatus.TimedOut);

        var header = SmfHeader.Read(reply);
        byte[] payload = reply[SmfHeader.Bytes..(SmfHeader.Bytes + 12)];
        await Assert.That(header).IsEqualTo(new SmfHeader(SmfCompression.None, 0, 0xabcd, 12, SmfChecksum.Of(payload), 504));
        await Assert.That(header.CheckReply()).IsEqualTo(SmfFault.None);
        await Assert.That(payload).IsSequence(Convert.FromHexString("080000000400040004000000"));
        await Assert.That(reply[^1]).IsEqualTo((byte)99);
    }

    [Test]
    public async Task Its_payload_is_an_empty_FlatBuffers_table()
    {
        byte[] payload = SmfEmptyReply.Payload.ToArray();
        int table = BitConverter.ToInt32(payload, 0);
        int vtable = table - BitConverter.ToInt32(payload, table);
        await Assert.That(payload.Length).IsEqualTo(12);
        await Assert.That(BitConverter.ToUInt16(payload, vtable)).IsEqualTo((ushort)4);
        await Assert.That((int)BitConverter.ToUInt16(payload, vtable + 2)).IsEqualTo(payload.Length - table);
    }
}
