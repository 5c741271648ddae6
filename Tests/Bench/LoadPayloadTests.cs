using FrameRpc.Gateway.Bench;
using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.Bench;

public sealed class LoadPayloadTests
{
    [Fact]
    public void An_smf_payload_of_any_size_that_a_table_can_have_is_one_whatever_its_stamp()
    {
        for (int size = SmfEmptyReply.Payload.Length; size < 200; size++)
        {
            LoadPayload payload = LoadPayload.Table(size);
            Assert.Equal(size, payload.Length);
            Assert.True(SmfTableOutline.IsTable(payload.Stamped(ulong.MaxValue)), $"{size} bytes");
        }
    }

    [Fact]
    public void Stamps_tell_smf_payloads_apart_where_there_is_room_for_one()
    {
        foreach (int size in (int[])[20, 40, 41, 60])
        {
            LoadPayload payload = LoadPayload.Table(size);
            Assert.NotEqual(payload.Stamped(1).ToArray(), payload.Stamped(2).ToArray());
        }
    }
}
