using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class FrameHeaderTests
{
    [Test]
    public async Task Each_field_stands_at_its_offset_in_little_endian()
    {
        byte[] bytes = [2, 1, 0x78, 0x56, 0x34, 0x12, 99];
        var header = FrameHeader.Read(bytes);
        await Assert.That(header).IsEqualTo(new FrameHeader(FrameType.Data, true, 0x12345678));

        byte[] written = new byte[7];
        written[6] = 99;
        header.Write(written);
        await Assert.That(written).IsSequence(bytes);
    }

    [Test]
    public async Task Any_nonzero_byte_ends_the_part_and_is_written_as_one()
    {
        byte[] written = new byte[FrameHeader.Bytes];
        for (int value = 0; value < 256; value++)
        {
            var header = FrameHeader.Read([1, (byte)value, 0, 0, 0, 0]);
            await Assert.That(header.NoMoreFrames).IsEqualTo(value != 0);
            header.Write(written);
            await Assert.That((int)written[1]).IsEqualTo(value == 0 ? 0 : 1);
        }
    }

    [Test]
    public async Task Only_headers_data_and_resets_are_valid()
    {
        for (int type = 0; type < 256; type++)
            await Assert.That(new FrameHeader((FrameType)type, true, 0).IsValid).IsEqualTo(type is 1 or 2 or 255);
    }

    [Test]
    [Arguments(4_194_304u, true)]
    [Arguments(4_194_305u, false)]
    [Arguments(uint.MaxValue, false)]
    public async Task Four_mebibytes_are_the_most(uint length, bool valid)
    {
        await Assert.That(new FrameHeader(FrameType.Data, false, length).IsValid).IsEqualTo(valid);
        await Assert.That(new FrameHeader(FrameType.Header, false, length).IsValid).IsEqualTo(valid);
    }

    [Test]
    public async Task A_reset_with_a_payload_is_not_valid() => await Assert.That(new FrameHeader(FrameType.Reset, true, 1).IsValid).IsFalse();

    [Test]
    public async Task The_reset_frame_is_six_bytes()
    {
        await Assert.That(FrameHeader.Reset.ToArray()).IsSequence(Convert.FromHexString("ff0100000000"));
        await Assert.That(FrameHeader.Read(FrameHeader.Reset)).IsEqualTo(new FrameHeader(FrameType.Reset, true, 0));
    }

    [Test]
    public void Too_few_bytes_are_the_calling_codes_mistake()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameHeader.Read(new byte[5]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => default(FrameHeader).Write(new byte[5]));
    }
}
