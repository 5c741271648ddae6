using System.Buffers.Binary;

namespace FrameRpc.Protocol.Hashing;

/// <summary>CRC-32 as in IEEE 802.3, reflected: the one of zlib and Go's <c>crc32.ChecksumIEEE</c>. Request ids are made of it.</summary>
/// <remarks>Source: ISO 3309 and RFC 1952, section 8; the eight tables are Intel's "slicing by 8". Any length is allowed; nothing is allocated.</remarks>
public static class Crc32
{
    private const uint ReflectedPolynomial = 0xEDB88320;
    private const int Slices = 8;

    // Entry 256 * n + b is the effect of byte b once n more zero bytes have followed it: eight bytes are then eight independent loads,
    // where one table would make each byte wait for the one before.
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The CRC of <paramref name="data"/>, whole.</summary>
    public static uint Hash(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The CRC of what <paramref name="crc"/> was taken of, followed by <paramref name="data"/>: <c>Append(Hash(a), b)</c> is <c>Hash(a + b)</c>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        // Slices, not ranges: the source generators compile this file for netstandard2.0, too.
        ReadOnlySpan<uint> tables = Tables;
        uint state = ~crc;
        for (; data.Length >= Slices; data = data.Slice(Slices))
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ state;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data.Slice(4));
            state = tables[7 * 256 + (byte)low] ^ tables[6 * 256 + (byte)(low >> 8)]
                ^ tables[5 * 256 + (byte)(low >> 16)] ^ tables[4 * 256 + (int)(low >> 24)]
                ^ tables[3 * 256 + (byte)high] ^ tables[2 * 256 + (byte)(high >> 8)]
                ^ tables[256 + (byte)(high >> 16)] ^ tables[(int)(high >> 24)];
        }
        foreach (byte next in data)
            state = tables[(byte)(state ^ next)] ^ (state >> 8);
        return ~state;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[Slices * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint entry = value;
            for (int bit = 0; bit < 8; bit++)
                entry = (entry & 1) != 0 ? (entry >> 1) ^ ReflectedPolynomial : entry >> 1;
            tables[value] = entry;
        }
        for (int index = 256; index < tables.Length; index++)
            tables[index] = tables[(byte)tables[index - 256]] ^ (tables[index - 256] >> 8);
        return tables;
    }
}
