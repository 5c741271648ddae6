using System.Buffers;
using System.Text;

namespace FrameRpc.Protocol.Frames;

/// <summary>Writes a message header as Go's encoder does. Once something did not fit, the length is 0, even if shorter pieces still fit.</summary>
internal ref struct MessageHeaderWriter(Span<byte> destination)
{
    // Go's htmlSafeSet: printable ASCII, including DEL, without characters that JSON or an HTML page would take for syntax.
    private static readonly SearchValues<byte> Unescaped = SearchValues.Create(
        " !#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\u007f"u8);

    private readonly Span<byte> _destination = destination[..Math.Min(destination.Length, MessageHeader.BytesMax)];
    private int _length;
    private bool _overflowed;

    public readonly int Length => _overflowed ? 0 : _length;

    public void Object(scoped in MessageHeader header)
    {
        Raw("{\"Endpoint\":\""u8);
        Text(header.Endpoint);
        Raw("\",\"DataType\":"u8);
        Number((byte)header.DataType);
        Raw(",\"Accept\":"u8);
        Number((byte)header.Accept);
        Raw(",\"Error\":"u8);
        Number((byte)header.Error);
        Raw(",\"ErrorMessage\":\""u8);
        Text(header.ErrorMessage);
        Raw("\"}"u8);
    }

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.TryCopyTo(_destination[_length..]))
            _length += bytes.Length;
        else
            _overflowed = true;
    }

    private void Number(byte value)
    {
        Span<byte> digits = [(byte)('0' + value / 100), (byte)('0' + value / 10 % 10), (byte)('0' + value % 10)];
        Raw(digits[(value < 10 ? 2 : value < 100 ? 1 : 0)..]);
    }

    private void Text(scoped ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            int safe = utf8.IndexOfAnyExcept(Unescaped);
            if (safe < 0)
            {
                Raw(utf8);
                return;
            }
            Raw(utf8[..safe]);
            utf8 = utf8[safe..];
            utf8 = utf8[(utf8[0] < 0x80 ? EscapeAscii(utf8[0]) : NonAscii(utf8))..];
        }
    }

    private int EscapeAscii(byte character)
    {
        const string hex = "0123456789abcdef";
        byte letter = character switch
        {
            (byte)'"' or (byte)'\\' => character,
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)'u',
        };
        Raw([(byte)'\\', letter]);
        if (letter == 'u')
            Raw([(byte)'0', (byte)'0', (byte)hex[character >> 4], (byte)hex[character & 15]]);
        return 1;
    }

    private int NonAscii(scoped ReadOnlySpan<byte> utf8)
    {
        if (Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) != OperationStatus.Done)
        {
            // One for each byte, as in Go; a decoder's notion of a broken sequence would give fewer.
            Raw("\\ufffd"u8);
            return 1;
        }
        // JavaScript treats these two as line ends inside a string, which is why Go escapes them.
        if (rune.Value is 0x2028 or 0x2029)
            Raw(rune.Value == 0x2028 ? "\\u2028"u8 : "\\u2029"u8);
        else
            Raw(utf8[..length]);
        return length;
    }
}
