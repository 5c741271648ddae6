using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfHeaderTests
{
    private static readonly SmfHeader Good = new(SmfCompression.None, 0, 7, 60, 0x12345678, 200);

    [Test]
    public async Task Each_field_stands_at_its_offset_in_little_endian()
    {
        byte[] bytes = [3, 0x81, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 1, 2, 3, 4, 0xfe, 0xff, 0xff, 0xff, 99];
        var header = SmfHeader.Read(bytes);
        await Assert.That(header).IsEqualTo(new SmfHeader(SmfCompression.Lz4, 0x81, 0x1234, 0x12345678, 0x04030201, 0xfffffffe));

        byte[] written = new byte[17];
        written[16] = 99;
        header.Write(written);
        await Assert.That(written).IsSequence(bytes);
    }

    [Test]
    public async Task Any_sixteen_bytes_survive_reading_and_writing()
    {
        var random = new Random(3);
        byte[] bytes = new byte[SmfHeader.Bytes];
        byte[] written = new byte[SmfHeader.Bytes];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(bytes);
            SmfHeader.Read(bytes).Write(written);
            await Assert.That(written).IsSequence(bytes);
        }
    }

    [Test]
    public async Task Rewriting_the_session_leaves_every_other_byte()
    {
        byte[] bytes = new byte[20];
        new Random(4).NextBytes(bytes);
        byte[] expected = [.. bytes];
        expected[2] = 0xcd;
        expected[3] = 0xab;
        SmfHeader.WriteSession(bytes, 0xabcd);
        await Assert.That(bytes).IsSequence(expected);
    }

    [Test]
    public void Too_few_bytes_are_the_calling_codes_mistake()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SmfHeader.Read(new byte[15]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Good.Write(new byte[15]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SmfHeader.WriteSession(new byte[15], 1));
    }

    [Test]
    public async Task A_request_is_told_its_first_fault()
    {
        await Assert.That(Good.CheckRequest()).IsEqualTo(SmfFault.None);
        SmfHeader bad = new((SmfCompression)4, 1, 7, 0, 0, 0);
        await Assert.That(bad.CheckRequest()).IsEqualTo(SmfFault.Empty);
        await Assert.That((bad with { Size = 1 }).CheckRequest()).IsEqualTo(SmfFault.NoChecksum);
        await Assert.That((bad with { Size = 1, Checksum = 1 }).CheckRequest()).IsEqualTo(SmfFault.PayloadHeaders);
        await Assert.That((bad with { Size = 1, Checksum = 1, Flags = 0 }).CheckRequest()).IsEqualTo(SmfFault.UnknownCompression);
    }

    [Test]
    public async Task No_bit_of_the_flags_is_passed_on()
    {
        for (int bit = 0; bit < 8; bit++)
            await Assert.That((Good with { Flags = (byte)(1 << bit) }).CheckRequest()).IsEqualTo(SmfFault.PayloadHeaders);
    }

    [Test]
    public async Task Exactly_four_compressions_are_known()
    {
        for (int value = 0; value < 256; value++)
        {
            SmfFault expected = value <= 3 ? SmfFault.None : SmfFault.UnknownCompression;
            await Assert.That((Good with { Compression = (SmfCompression)value }).CheckRequest()).IsEqualTo(expected);
        }
    }

    [Test]
    public async Task A_request_with_id_0_is_left_to_the_routes() => await Assert.That((Good with { Meta = 0 }).CheckRequest()).IsEqualTo(SmfFault.None);

    [Test]
    public async Task A_reply_is_told_its_first_fault()
    {
        await Assert.That(Good.CheckReply()).IsEqualTo(SmfFault.None);
        SmfHeader bad = new((SmfCompression)4, 1, 7, 0, 0, 0);
        await Assert.That(bad.CheckReply()).IsEqualTo(SmfFault.Empty);
        await Assert.That((bad with { Size = 1 }).CheckReply()).IsEqualTo(SmfFault.NoChecksum);
        await Assert.That((bad with { Size = 1, Checksum = 1 }).CheckReply()).IsEqualTo(SmfFault.NoStatus);
        await Assert.That((bad with { Size = 1, Checksum = 1, Meta = 0x6ad4023d }).CheckReply()).IsEqualTo(SmfFault.None);
    }
}
