using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Unicode;

namespace FrameRpc.Protocol.Identity;

/// <summary>The 32-bit key of a route. smf has it in every request header; for frame it is computed from the endpoint's name.</summary>
/// <remarks>
/// CRCs of different names may collide, so an id does not verify the name: a frame route compares the name as well. Source: smf's code generator (ids
/// of services and methods).
/// </remarks>
/// <param name="Value">The number in smf's header field <c>meta</c>, which is little endian.</param>
public readonly record struct RequestId(uint Value)
{
    /// <summary>
    /// The id of a method of a FlatBuffers service: <c>CRC-32(service) ^ CRC-32("method:request:reply")</c>.
    /// </summary>
    /// <param name="service">The service's name without its namespace: <c>SmfStorage</c>.</param>
    /// <param name="method">The method's name: <c>Get</c>.</param>
    /// <param name="request">The request's type, its namespace joined by <c>::</c>, as in <c>smf_gen::demo::Request</c>.</param>
    /// <param name="reply">The reply's type, written the same way.</param>
    public static RequestId ForMethod(string service, string method, string request, string reply)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(method.Length + request.Length + reply.Length + 2));
        _ = Utf8.TryWrite(utf8, $"{method}:{request}:{reply}", out int bytes);
        uint methodId = Crc32.HashToUInt32(utf8.AsSpan(0, bytes));
        ArrayPool<byte>.Shared.Return(utf8);
        return new RequestId(Hash(service) ^ methodId);
    }

    /// <summary>The id of a frame endpoint: the CRC-32 of its name's UTF-8 bytes. A lone surrogate counts as U+FFFD.</summary>
    public static RequestId ForEndpoint(string endpoint) => new(Hash(endpoint));

    /// <summary>The id of a frame endpoint whose name is UTF-8, as in a message header.</summary>
    public static RequestId ForEndpoint(ReadOnlySpan<byte> utf8Endpoint) => new(Crc32.HashToUInt32(utf8Endpoint));

    /// <summary>Parses <c>1792279101</c> or <c>0x6ad4023d</c>. No sign, white space or separators; false for anything beyond 32 bits.</summary>
    public static bool TryParse(string text, out RequestId id)
    {
        ReadOnlySpan<char> digits = text;
        bool hex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool parsed = uint.TryParse(
            hex ? digits[2..] : digits, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out uint value);
        id = new RequestId(value);
        return parsed;
    }

    /// <summary>Eight hex digits in lower case, <c>0x6ad4023d</c>, which <see cref="TryParse"/> reads back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x8}");

    private static uint Hash(string name)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(name.Length));
        uint crc = Crc32.HashToUInt32(utf8.AsSpan(0, Encoding.UTF8.GetBytes(name, utf8)));
        ArrayPool<byte>.Shared.Return(utf8);
        return crc;
    }
}
