using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class FrameHeaderTests
{
    [Fact]
    public void Each_field_stands_at_its_offset_in_little_endian()
    {
        byte[] bytes = [2, 1, 0x78, 0x56, 0x34, 0x12, 99];
        var header = FrameHeader.Read(bytes);
        Assert.Equal(new FrameHeader(FrameType.Data, true, 0x12345678), header);

        byte[] written = new byte[7];
        written[6] = 99;
        header.Write(written);
        Assert.Equal(bytes, written);
    }

    [Fact]
    public void Any_nonzero_byte_ends_the_part_and_is_written_as_one()
    {
        byte[] written = new byte[FrameHeader.Bytes];
        for (int value = 0; value < 256; value++)
        {
            var header = FrameHeader.Read([1, (byte)value, 0, 0, 0, 0]);
            Assert.Equal(value != 0, header.NoMoreFrames);
            header.Write(written);
            Assert.Equal(value == 0 ? 0 : 1, written[1]);
        }
    }

    [Fact]
    public void Only_headers_data_and_resets_are_valid()
    {
        for (int type = 0; type < 256; type++)
            Assert.Equal(type is 1 or 2 or 255, new FrameHeader((FrameType)type, true, 0).IsValid);
    }

    [Theory]
    [InlineData(4_194_304u, true)]
    [InlineData(4_194_305u, false)]
    [InlineData(uint.MaxValue, false)]
    public void Four_mebibytes_are_the_most(uint length, bool valid)
    {
        Assert.Equal(valid, new FrameHeader(FrameType.Data, false, length).IsValid);
        Assert.Equal(valid, new FrameHeader(FrameType.Header, false, length).IsValid);
    }

    [Fact]
    public void A_reset_with_a_payload_is_not_valid() => Assert.False(new FrameHeader(FrameType.Reset, true, 1).IsValid);

    [Fact]
    public void The_reset_frame_is_six_bytes()
    {
        Assert.Equal(Convert.FromHexString("ff0100000000"), FrameHeader.Reset.ToArray());
        Assert.Equal(new FrameHeader(FrameType.Reset, true, 0), FrameHeader.Read(FrameHeader.Reset));
    }

    [Fact]
    public void Too_few_bytes_are_the_calling_codes_mistake()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameHeader.Read(new byte[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(FrameHeader).Write(new byte[5]));
    }
}
