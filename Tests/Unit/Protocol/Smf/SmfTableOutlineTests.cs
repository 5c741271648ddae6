using System.Buffers.Binary;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfTableOutlineTests
{
    public static IEnumerable<(string, string)> Tables => [
        ("the empty table", "08000000 04000400 04000000"),
        ("a vtable of four bytes and a table without fields, padded", "08000000 04000400 04000000 0000"),
        ("the vtable before the table", "0c000000 00000600 08000400 06000000 04000000"),
        ("a file identifier behind the root offset", "0c000000 4e414d45 04000400 04000000"),
        ("the vtable behind the table", "04000000 fcffffff 04000400"),
        ("the vtable behind the table, with a gap between", "04000000 f8ffffff 00000000 06000800 0400"),
        ("a table whose inline part ends with the payload", "08000000 04000800 04000000 01020304"),
        ("a vtable that ends with the payload", "04000000 fcffffff 06000400 0000"),
    ];

    public static IEnumerable<(string, string)> Others => [
        ("nothing", ""),
        ("one byte", "78"),
        ("three bytes", "040000"),
        ("a root offset alone", "04000000"),
        ("a root offset of 0", "00000000 04000400 04000000"),
        ("a root offset that is no multiple of 4", "0a000000 00000400 04000800 0000"),
        ("a root offset at the end", "0c000000 04000400 04000000"),
        ("a root offset far outside", "ffffff7f ffffff7f 00000000"),
        ("a root offset of 4 GiB − 4", "fcffffff 04000400 04000000"),
        ("half a table offset", "08000000 04000400 0400"),
        ("a vtable before the payload", "08000000 04000400 0a000000"),
        ("a vtable far before the payload", "08000000 04000400 ffffff7f"),
        ("a vtable behind the payload", "08000000 04000400 fcffffff"),
        ("a vtable far behind the payload", "08000000 04000400 00000080"),
        ("a vtable with half of its sizes inside", "08000000 04000400 feffffff"),
        ("a vtable at an odd place", "08000000 00040004 05000000 00"),
        ("a vtable of 0 bytes", "08000000 00000400 04000000"),
        ("a vtable of 2 bytes", "08000000 02000400 04000000"),
        ("a vtable of an odd size", "08000000 05000400 04000000"),
        ("a vtable larger than the payload", "08000000 0e000400 04000000"),
        ("a vtable of 65,534 bytes", "08000000 feff0400 04000000"),
        ("a table without its own offset", "08000000 04000300 04000000"),
        ("a table that is larger than the payload", "08000000 04000500 04000000"),
        ("a table of 65,535 bytes", "08000000 0400ffff 04000000"),
    ];

    [Test]
    [MethodDataSource(nameof(Tables))]
    public async Task Every_layout_that_builders_write_is_a_table(string what, string hex) =>
        await Assert.That(SmfTableOutline.IsTable(Bytes(hex))).IsTrue().Because(what);

    [Test]
    [MethodDataSource(nameof(Others))]
    public async Task What_points_outside_or_has_sizes_that_cannot_be_is_none(string what, string hex) =>
        await Assert.That(SmfTableOutline.IsTable(Bytes(hex))).IsFalse().Because(what);

    [Test]
    [Arguments("smf-get60.c2s")]
    [Arguments("smf-get60.s2c")]
    public async Task Payloads_of_the_first_implementation_are_tables(string vector)
    {
        byte[] stream = Vectors.Bytes(vector);
        for (int at = 0; at < stream.Length;)
        {
            SmfHeader header = SmfHeader.Read(stream.AsSpan(at));
            await Assert.That(SmfTableOutline.IsTable(stream.AsSpan(at + SmfHeader.Bytes, (int)header.Size))).IsTrue().Because($"{vector} at {at}");
            at += SmfHeader.Bytes + (int)header.Size;
        }
    }

    [Test]
    [MethodDataSource(nameof(Tables))]
    public async Task Cut_anywhere_or_changed_in_any_byte_it_is_read_without_a_fault_and_as_the_rules_say(string what, string hex)
    {
        byte[] table = Bytes(hex);
        for (int length = 0; length <= table.Length; length++)
            await Assert.That(SmfTableOutline.IsTable(table.AsSpan(0, length))).IsEqualTo(IsTableByTheRules(table[..length]));
        for (int at = 0; at < table.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = [.. table];
                changed[at] = (byte)value;
                await Assert.That(IsTableByTheRules(changed) == SmfTableOutline.IsTable(changed)).IsTrue().Because($"{what}, byte {at} = {value}");
            }
        }
    }

    [Test]
    public Task Random_payloads_are_read_without_a_fault_and_as_the_rules_say() => Seeds.ForEach(2000, async seed =>
    {
        var random = new Random(seed);
        byte[] payload = new byte[random.Next(40)];
        random.NextBytes(payload);
        // Small numbers at the places that count: all of them at random would never come to the last rule.
        for (int at = 0; at + 4 <= payload.Length; at += 2)
        {
            if (random.Next(2) == 0)
                BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(at), random.Next(-16, 24));
        }
        await Assert.That(SmfTableOutline.IsTable(payload)).IsEqualTo(IsTableByTheRules(payload));
    });

    [Test]
    public async Task A_vtable_behind_the_head_is_found_and_looked_at_when_it_comes()
    {
        byte[] payload = new byte[100];
        BinaryPrimitives.WriteInt32LittleEndian(payload, 4);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), 4 - 60);
        await Assert.That(SmfTableOutline.IsTableSoFar(payload.AsSpan(0, 8), payload.Length, out SmfTableOutline? far)).IsTrue();
        await Assert.That((far!.Value.TablePosition, far.Value.VtablePosition)).IsEqualTo((4L, 60L));
        await Assert.That(far.Value.IsVtable([40, 0, 96, 0])).IsTrue();
        await Assert.That(far.Value.IsVtable([42, 0, 96, 0])).IsFalse();
        await Assert.That(far.Value.IsVtable([40, 0, 97, 0])).IsFalse();
    }

    /// <summary>Two of its four bytes are in the head: it is looked at behind it, and not outside of what is there.</summary>
    [Test]
    public async Task A_vtable_that_the_head_cuts_in_two_is_behind_it()
    {
        byte[] payload = new byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(payload, 4);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), 4 - 10);
        await Assert.That(SmfTableOutline.IsTableSoFar(payload.AsSpan(0, 12), payload.Length, out SmfTableOutline? far)).IsTrue();
        await Assert.That(far!.Value.VtablePosition).IsEqualTo(10);
        await Assert.That(SmfTableOutline.IsTableSoFar(payload.AsSpan(0, 14), payload.Length, out _)).IsFalse();
    }

    [Test]
    public async Task A_table_behind_the_head_is_none()
    {
        byte[] payload = new byte[100];
        BinaryPrimitives.WriteInt32LittleEndian(payload, 8);
        payload[4] = 4;
        payload[6] = 4;
        payload[8] = 4;
        await Assert.That(SmfTableOutline.IsTable(payload)).IsTrue();
        await Assert.That(SmfTableOutline.IsTableSoFar(payload.AsSpan(0, 12), payload.Length, out _)).IsTrue();
        await Assert.That(SmfTableOutline.IsTableSoFar(payload.AsSpan(0, 11), payload.Length, out _)).IsFalse();
    }

    /// <summary>The rules of wire-formats.md once more, in numbers that cannot overflow and without a thought of speed.</summary>
    private static bool IsTableByTheRules(byte[] payload)
    {
        Int128 length = payload.Length;
        if (length < 4)
            return false;
        Int128 root = BitConverter.ToUInt32(payload, 0);
        if (root < 4 || root % 4 != 0 || root + 4 > length)
            return false;
        Int128 vtable = root - BitConverter.ToInt32(payload, (int)root);
        if (vtable < 0 || vtable % 2 != 0 || vtable + 4 > length)
            return false;
        Int128 size = BitConverter.ToUInt16(payload, (int)vtable);
        Int128 inline = BitConverter.ToUInt16(payload, (int)vtable + 2);
        return size >= 4 && size % 2 == 0 && vtable + size <= length && inline >= 4 && root + inline <= length;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
