using System.Buffers.Binary;
using System.Globalization;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Bench;

/// <summary>
/// The payload of every call: the same bytes except for a stamp unique to each call, which reveals a reply that belongs to another call. Only the
/// stamp is kept for each call.
/// </summary>
internal sealed class LoadPayload
{
    private const int HexDigits = 16;

    /// <summary>
    /// A FlatBuffers table with one string, as servers of the first implementation expect: offset of the table, its vtable, the table with the offset
    /// of the string, and then the string's length, to be filled in.
    /// </summary>
    private static ReadOnlySpan<byte> TableBeforeText => [12, 0, 0, 0, 0, 0, 6, 0, 8, 0, 4, 0, 6, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0];

    private readonly byte[] _bytes;
    private readonly int _stampStart;
    private readonly StampForm _form;

    private LoadPayload(byte[] bytes, int stampStart, StampForm form)
    {
        _bytes = bytes;
        _stampStart = stampStart;
        _form = form;
    }

    private enum StampForm
    {
        None,
        /// <summary>Eight bytes, little endian; a shorter payload has the first of them.</summary>
        Binary,
        /// <summary>Sixteen hexadecimal digits.</summary>
        Hex,
    }

    public int Length => _bytes.Length;

    /// <summary>The shortest JSON body with a stamp.</summary>
    public static int JsonBytesMin => JsonStart.Length + HexDigits + JsonEnd.Length;

    private static ReadOnlySpan<byte> JsonStart => "{\"Msg\":\""u8;

    private static ReadOnlySpan<byte> JsonEnd => "\"}"u8;

    /// <summary>The same bytes for every call, for an order whose reply is checked otherwise.</summary>
    public static LoadPayload Fixed(byte[] bytes) => new(bytes, 0, StampForm.None);

    /// <summary>
    /// Octets. The stamp follows the first byte: at the very beginning, some stamps would be an empty JSON object, which gateways refuse.
    /// </summary>
    public static LoadPayload Octets(int size)
    {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++)
            bytes[i] = (byte)(i * 31 + 7);
        return new LoadPayload(bytes, Math.Min(1, size - 1), StampForm.Binary);
    }

    /// <summary><c>{"Msg":"STAMPxxxx"}</c>, without a newline.</summary>
    public static LoadPayload Json(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, JsonBytesMin);
        byte[] bytes = new byte[size];
        bytes.AsSpan().Fill((byte)'x');
        JsonStart.CopyTo(bytes);
        JsonEnd.CopyTo(bytes.AsSpan(size - JsonEnd.Length));
        return new LoadPayload(bytes, JsonStart.Length, StampForm.Hex);
    }

    /// <summary>
    /// A FlatBuffers table with the stamp in its string if the size allows; otherwise the empty table, followed by the stamp. Sizes below the empty
    /// table give octets, which a gateway forwards only if the backend's payload is any.
    /// </summary>
    public static LoadPayload Table(int size)
    {
        int textStart = TableBeforeText.Length;
        // The string ends with a zero byte.
        int textBytes = size - textStart - 1;
        if (textBytes < HexDigits)
            return size < SmfEmptyReply.Payload.Length ? Octets(size) : EmptyTable(size);
        byte[] bytes = new byte[size];
        TableBeforeText.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(textStart - sizeof(int)), textBytes);
        bytes.AsSpan(textStart, textBytes).Fill((byte)'n');
        return new LoadPayload(bytes, textStart, StampForm.Hex);
    }

    private static LoadPayload EmptyTable(int size)
    {
        byte[] bytes = new byte[size];
        SmfEmptyReply.Payload.CopyTo(bytes);
        return new LoadPayload(bytes, SmfEmptyReply.Payload.Length, StampForm.Binary);
    }

    /// <summary>The whole payload with this stamp. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Stamped(ulong stamp)
    {
        Span<byte> place = _bytes.AsSpan(_stampStart);
        switch (_form)
        {
            case StampForm.Hex:
                stamp.TryFormat(place, out _, "x16", CultureInfo.InvariantCulture);
                break;
            case StampForm.Binary when place.Length >= sizeof(ulong):
                BinaryPrimitives.WriteUInt64LittleEndian(place, stamp);
                break;
            case StampForm.Binary:
                Span<byte> whole = stackalloc byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(whole, stamp);
                whole[..place.Length].CopyTo(place);
                break;
        }
        return _bytes;
    }
}
