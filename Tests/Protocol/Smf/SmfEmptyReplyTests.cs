using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfEmptyReplyTests
{
    [Fact]
    public void It_carries_session_and_status_and_passes_every_clients_checks()
    {
        byte[] reply = new byte[SmfEmptyReply.Bytes + 1];
        reply[^1] = 99;
        SmfEmptyReply.Write(reply, 0xabcd, SmfStatus.TimedOut);

        var header = SmfHeader.Read(reply);
        ReadOnlySpan<byte> payload = reply.AsSpan(SmfHeader.Bytes, 12);
        Assert.Equal(new SmfHeader(SmfCompression.None, 0, 0xabcd, 12, SmfChecksum.Of(payload), 504), header);
        Assert.Equal(SmfFault.None, header.CheckReply());
        Assert.Equal(Convert.FromHexString("080000000400040004000000"), payload.ToArray());
        Assert.Equal(99, reply[^1]);
    }

    [Fact]
    public void Its_payload_is_an_empty_FlatBuffers_table()
    {
        ReadOnlySpan<byte> payload = SmfEmptyReply.Payload;
        int table = BitConverter.ToInt32(payload);
        int vtable = table - BitConverter.ToInt32(payload[table..]);
        Assert.Equal(12, payload.Length);
        Assert.Equal(4, BitConverter.ToUInt16(payload[vtable..]));
        Assert.Equal(payload.Length - table, BitConverter.ToUInt16(payload[(vtable + 2)..]));
    }
}
