using System.Numerics;
using System.Text;
using FrameRpc.Protocol.Hashing;

namespace FrameRpc.Tests.Protocol.Hashing;

public sealed class XxHash64Tests
{
    private static readonly BigInteger Modulus = BigInteger.One << 64;

    [Test]
    [Arguments("", 0xef46db3751d8e999)]
    [Arguments("a", 0xd24ec4f1a98c6e5b)]
    [Arguments("abc", 0x44bc2cf5ad770999)]
    public async Task Published_values(string text, ulong expected) => await Assert.That(XxHash64.Hash(Encoding.UTF8.GetBytes(text))).IsEqualTo(expected);

    [Test]
    [Arguments(0ul)]
    [Arguments(1ul)]
    [Arguments(0x9E3779B1ul)]
    [Arguments(ulong.MaxValue)]
    public async Task Every_length_and_seed_agrees_with_the_specification_step_by_step(ulong seed)
    {
        byte[] data = SanityBuffer(300);
        for (int length = 0; length <= data.Length; length++)
            await Assert.That(XxHash64.Hash(data.AsSpan(0, length), seed)).IsEqualTo(Specification(data.AsSpan(0, length), seed));
    }

    [Test]
    public async Task Alignment_does_not_matter()
    {
        byte[] data = SanityBuffer(80);
        byte[] shifted = new byte[data.Length + 8];
        ulong expected = XxHash64.Hash(data);
        for (int offset = 0; offset <= 8; offset++)
        {
            data.CopyTo(shifted, offset);
            await Assert.That(XxHash64.Hash(shifted.AsSpan(offset, data.Length))).IsEqualTo(expected);
        }
    }

    [Test]
    public async Task Nothing_behind_the_data_is_read()
    {
        byte[] data = SanityBuffer(160);
        for (int length = 0; length < 150; length++)
        {
            ulong before = XxHash64.Hash(data.AsSpan(0, length));
            data.AsSpan(length).Reverse();
            await Assert.That(XxHash64.Hash(data.AsSpan(0, length))).IsEqualTo(before);
            data.AsSpan(length).Reverse();
        }
    }

    /// <summary>The buffer of the reference's own sanity test.</summary>
    private static byte[] SanityBuffer(int length)
    {
        byte[] buffer = new byte[length];
        ulong generator = 0x9E3779B1;
        foreach (ref byte next in buffer.AsSpan())
        {
            next = (byte)(generator >> 56);
            generator *= 0x9E3779B185EBCA8D;
        }
        return buffer;
    }

    /// <summary>The specification's six steps in its own words, over big integers: it shares no arithmetic with what it checks.</summary>
    private static ulong Specification(ReadOnlySpan<byte> input, ulong seed)
    {
        BigInteger p1 = 11400714785074694791, p2 = 14029467366897019727, p3 = 1609587929392839161, p4 = 9650029242287828579, p5 = 2870177450012600261;
        BigInteger Round(BigInteger lane, BigInteger value) => Low(Rotate(Low(lane + value * p2), 31) * p1);
        BigInteger Merge(BigInteger hash, BigInteger lane) => Low((hash ^ Round(0, lane)) * p1 + p4);

        BigInteger acc;
        int at = 0;
        if (input.Length < 32)
            acc = Low(seed + p5);
        else
        {
            BigInteger[] lanes = [Low(seed + p1 + p2), Low(seed + p2), seed, Low(seed - p1)];
            for (; input.Length - at >= 32; at += 32)
            {
                for (int lane = 0; lane < 4; lane++)
                    lanes[lane] = Round(lanes[lane], Integer(input.Slice(at + 8 * lane, 8)));
            }
            acc = Low(Rotate(lanes[0], 1) + Rotate(lanes[1], 7) + Rotate(lanes[2], 12) + Rotate(lanes[3], 18));
            foreach (BigInteger lane in lanes)
                acc = Merge(acc, lane);
        }
        acc = Low(acc + input.Length);
        for (; input.Length - at >= 8; at += 8)
            acc = Low(Rotate(acc ^ Round(0, Integer(input.Slice(at, 8))), 27) * p1 + p4);
        if (input.Length - at >= 4)
        {
            acc = Low(Rotate(acc ^ Low(Integer(input.Slice(at, 4)) * p1), 23) * p2 + p3);
            at += 4;
        }
        for (; at < input.Length; at++)
            acc = Low(Rotate(acc ^ Low(input[at] * p5), 11) * p1);
        acc = Low((acc ^ (acc >> 33)) * p2);
        acc = Low((acc ^ (acc >> 29)) * p3);
        return (ulong)(acc ^ (acc >> 32));
    }

    private static BigInteger Integer(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);

    private static BigInteger Low(BigInteger value) => ((value % Modulus) + Modulus) % Modulus;

    private static BigInteger Rotate(BigInteger value, int bits) => Low(value << bits) | (value >> (64 - bits));
}
