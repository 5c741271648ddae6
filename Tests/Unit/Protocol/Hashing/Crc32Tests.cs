using FrameRpc.Protocol.Hashing;

namespace FrameRpc.Tests.Protocol.Hashing;

public sealed class Crc32Tests
{
    [Test]
    public async Task The_check_value_of_the_catalogue() => await Assert.That(Crc32.Hash("123456789"u8)).IsEqualTo(0xcbf43926u);

    [Test]
    public async Task Nothing_hashes_to_zero() => await Assert.That(Crc32.Hash([])).IsEqualTo(0u);

    [Test]
    public async Task Every_length_agrees_with_the_definition_bit_by_bit()
    {
        byte[] data = new byte[100];
        new Random(1).NextBytes(data);
        for (int length = 0; length <= data.Length; length++)
            await Assert.That(Crc32.Hash(data.AsSpan(0, length))).IsEqualTo(BitByBit(data.AsSpan(0, length)));
    }

    [Test]
    public async Task Appending_a_part_gives_the_hash_of_the_whole()
    {
        byte[] data = new byte[41];
        new Random(2).NextBytes(data);
        uint whole = Crc32.Hash(data);
        for (int cut = 0; cut <= data.Length; cut++)
            await Assert.That(Crc32.Append(Crc32.Hash(data.AsSpan(0, cut)), data.AsSpan(cut))).IsEqualTo(whole);
    }

    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        uint state = 0xffffffff;
        foreach (byte next in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool one = ((state ^ (uint)(next >> bit)) & 1) != 0;
                state = (state >> 1) ^ (one ? 0xEDB88320 : 0);
            }
        }
        return ~state;
    }
}
