using FrameRpc.Gateway.Bench;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Bench;

public sealed class LoadPayloadTests
{
    [Test]
    public async Task An_smf_payload_of_any_size_that_a_table_can_have_is_one_whatever_its_stamp()
    {
        for (int size = SmfEmptyReply.Payload.Length; size < 200; size++)
        {
            LoadPayload payload = LoadPayload.Table(size);
            await Assert.That(payload.Length).IsEqualTo(size);
            await Assert.That(SmfTableOutline.IsTable(payload.Stamped(ulong.MaxValue))).IsTrue().Because($"{size} bytes");
        }
    }

    [Test]
    public async Task Stamps_tell_smf_payloads_apart_where_there_is_room_for_one()
    {
        foreach (int size in (int[])[20, 40, 41, 60])
        {
            LoadPayload payload = LoadPayload.Table(size);
            await Assert.That(payload.Stamped(2).ToArray().SequenceEqual(payload.Stamped(1).ToArray())).IsFalse();
        }
    }
}
