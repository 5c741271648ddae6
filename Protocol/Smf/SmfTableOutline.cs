using System.Buffers.Binary;

namespace FrameRpc.Protocol.Smf;

/// <summary>
/// The outline of a FlatBuffers buffer: the positions of its root table and that table's vtable. A server that reads a payload without this structure reads
/// out of bounds and crashes: the first C++ and Go servers do so on one byte.
/// </summary>
/// <remarks>
/// <code>
/// 0        u32  root    position of the root table: a multiple of 4, at least 4
/// root     i32  back    position of the table − position of its vtable, which may be before or after it
/// vtable   u16  size    of the vtable: even, at least 4; the vtable's position is even
/// vtable+2 u16  inline  bytes of the table itself, this offset included: at least 4
/// </code>
/// Table, vtable, and both sizes must be inside the payload. These are the conditions of FlatBuffers' own verifiers for the start of a root table, and those
/// that every builder keeps for the two sizes. Nothing deeper is checked: fields, strings, vectors and other tables are left to the server.
/// </remarks>
public readonly record struct SmfTableOutline
{
    /// <summary>The part of an incomplete body in which the root table must begin. Builders write it last, which is first in the buffer.</summary>
    public const int HeadBytesMax = 4 * 1024;

    /// <summary>The part of a vtable that is checked, in bytes: its size, and that of its table.</summary>
    public const int VtableBytes = 4;

    private const int OffsetBytes = 4;

    private readonly long _payloadBytes;

    private SmfTableOutline(long table, long vtable, long payloadBytes)
    {
        TablePosition = table;
        VtablePosition = vtable;
        _payloadBytes = payloadBytes;
    }

    /// <summary>Where the root table begins, in bytes from the start of the payload.</summary>
    public long TablePosition { get; }

    /// <summary>Where its vtable begins, of which <see cref="VtableBytes"/> bytes are inside the payload.</summary>
    public long VtablePosition { get; }

    /// <summary>Whether a complete payload has the outline of a table.</summary>
    public static bool IsTable(ReadOnlySpan<byte> payload) => IsTableSoFar(payload, payload.Length, out _);

    /// <summary>Whether a payload has the outline of a table, as far as its head shows.</summary>
    /// <param name="head">The first bytes of the payload, in which the root table must begin, or all of it.</param>
    /// <param name="payloadBytes">The length of the whole payload.</param>
    /// <param name="farVtable">
    /// Null if the vtable is in the head and valid. Builders let similar tables share one vtable, the first that they wrote, which may be anywhere
    /// after the head. This then has its position, and <see cref="IsVtable"/> checks it.
    /// </param>
    public static bool IsTableSoFar(ReadOnlySpan<byte> head, long payloadBytes, out SmfTableOutline? farVtable)
    {
        farVtable = null;
        if (!TryFindVtable(head, payloadBytes, out SmfTableOutline outline))
            return false;
        if (outline.VtablePosition <= head.Length - VtableBytes)
            return outline.IsVtable(head[(int)outline.VtablePosition..]);
        farVtable = outline;
        return true;
    }

    /// <summary>Whether the vtable, and the table that it describes, are inside the payload.</summary>
    /// <param name="vtable">The bytes at <see cref="VtablePosition"/>, at least <see cref="VtableBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vtable"/> is shorter.</exception>
    public bool IsVtable(ReadOnlySpan<byte> vtable)
    {
        int size = BinaryPrimitives.ReadUInt16LittleEndian(vtable);
        int inline = BinaryPrimitives.ReadUInt16LittleEndian(vtable[2..]);
        return size >= VtableBytes && size % 2 == 0 && VtablePosition + size <= _payloadBytes
            && inline >= OffsetBytes && TablePosition + inline <= _payloadBytes;
    }

    private static bool TryFindVtable(ReadOnlySpan<byte> head, long payloadBytes, out SmfTableOutline outline)
    {
        outline = default;
        if (head.Length < OffsetBytes)
            return false;
        long table = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (table < OffsetBytes || table % OffsetBytes != 0 || table > head.Length - OffsetBytes)
            return false;
        long vtable = table - BinaryPrimitives.ReadInt32LittleEndian(head[(int)table..]);
        if (vtable < 0 || vtable % 2 != 0 || vtable > payloadBytes - VtableBytes)
            return false;
        outline = new SmfTableOutline(table, vtable, payloadBytes);
        return true;
    }
}
