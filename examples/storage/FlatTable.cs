using System.Buffers;
using System.Buffers.Binary;

namespace Storage;

/// <summary>
/// Reads and writes a FlatBuffers table whose fields are all strings or vectors of bytes. It stands here so that the example needs nothing but the library;
/// a program with larger schemas lets <c>flatc --csharp</c> write this code.
/// </summary>
/// <remarks>
/// Layout, little endian; offsets and sizes in bytes:
/// <code>
///  0  4  root        where the table is
///  4  2  vtable      its own length: 4 + 2 for each field
///  6  2              the table's length: 4 + 4 for each field
///  8  2  per field   where it stands in the table; 0 where it is absent
///  T  4  table       how far before it the vtable is; T is the next multiple of 4
///     4  per field   how far behind this the vector is
///  V  4  vector      its length; then its bytes, which begin the next one at a multiple of 4; behind those of a string a 0 that is not counted
/// </code>
/// </remarks>
internal static class FlatTable
{
    private const int VtableAt = 4;

    /// <summary>Writes a table of all these fields.</summary>
    public static void Write(IBufferWriter<byte> destination, params ReadOnlySpan<ReadOnlyMemory<byte>> fields)
    {
        int vtableBytes = 4 + 2 * fields.Length;
        int table = Aligned(VtableAt + vtableBytes);
        int end = table + 4 + 4 * fields.Length;
        foreach (ReadOnlyMemory<byte> field in fields)
            end += 4 + Aligned(field.Length + 1);

        Span<byte> buffer = destination.GetSpan(end)[..end];
        buffer.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(buffer, table);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[VtableAt..], (ushort)vtableBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[(VtableAt + 2)..], (ushort)(4 + 4 * fields.Length));
        BinaryPrimitives.WriteInt32LittleEndian(buffer[table..], table - VtableAt);
        int vector = table + 4 + 4 * fields.Length;
        for (int index = 0; index < fields.Length; index++)
        {
            int inTable = 4 + 4 * index;
            BinaryPrimitives.WriteUInt16LittleEndian(buffer[(VtableAt + 4 + 2 * index)..], (ushort)inTable);
            BinaryPrimitives.WriteInt32LittleEndian(buffer[(table + inTable)..], vector - (table + inTable));
            BinaryPrimitives.WriteInt32LittleEndian(buffer[vector..], fields[index].Length);
            fields[index].Span.CopyTo(buffer[(vector + 4)..]);
            vector += 4 + Aligned(fields[index].Length + 1);
        }
        destination.Advance(end);
    }

    /// <summary>The bytes of a field, where they are in the payload; empty where the field is absent.</summary>
    /// <param name="payload">Came from another process: every offset in it may point anywhere.</param>
    /// <param name="index">The field's place in the schema, from 0.</param>
    /// <exception cref="FormatException">An offset points outside of the payload.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> payload, int index)
    {
        long table = UInt32At(payload, 0);
        long vtable = table - (int)UInt32At(payload, table);
        int entry = 4 + 2 * index;
        if (entry + 2 > UInt16At(payload, vtable) || UInt16At(payload, vtable + entry) is not (> 0 and var inTable))
            return ReadOnlyMemory<byte>.Empty;
        long vector = table + inTable + UInt32At(payload, table + inTable);
        return Slice(payload, vector + 4, UInt32At(payload, vector));
    }

    private static uint UInt32At(ReadOnlyMemory<byte> payload, long at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(payload, at, 4).Span);

    private static ushort UInt16At(ReadOnlyMemory<byte> payload, long at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(payload, at, 2).Span);

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> payload, long at, long bytes) => at >= 0 && at + bytes <= payload.Length
        ? payload.Slice((int)at, (int)bytes)
        : throw new FormatException($"{bytes} bytes at {at} are not in a payload of {payload.Length}");

    private static int Aligned(int bytes) => (bytes + 3) & ~3;
}
