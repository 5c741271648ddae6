using System.Globalization;
using System.Text.Unicode;
using FrameRpc.Protocol.Hashing;

namespace FrameRpc.Protocol.Identity;

/// <summary>The 32-bit key of a route. smf carries it in every request header; for frame it is made of the endpoint's name.</summary>
/// <remarks>
/// CRCs of different names may meet, so an id says which route, not that the name is right: a frame route compares the name as well.
/// Source: smf's code generator (ids of services and methods).
/// </remarks>
/// <param name="Value">The number as smf's header field <c>meta</c> carries it, little endian there.</param>
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
        uint serviceId = Append(0, service);
        uint methodId = Append(0, method);
        methodId = Crc32.Append(methodId, ":"u8);
        methodId = Append(methodId, request);
        methodId = Crc32.Append(methodId, ":"u8);
        methodId = Append(methodId, reply);
        return new RequestId(serviceId ^ methodId);
    }

    /// <summary>The id of a frame endpoint: the CRC-32 of its name's UTF-8 bytes. A lone surrogate counts as U+FFFD.</summary>
    public static RequestId ForEndpoint(string endpoint) => new(Append(0, endpoint));

    /// <summary>The id of a frame endpoint whose name is at hand as UTF-8, as in a message header.</summary>
    public static RequestId ForEndpoint(ReadOnlySpan<byte> utf8Endpoint) => new(Crc32.Hash(utf8Endpoint));

    /// <summary>Reads <c>1792279101</c> or <c>0x6ad4023d</c>. No sign, white space or separators; false for anything beyond 32 bits.</summary>
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

    private static uint Append(uint crc, ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[256];
        while (!text.IsEmpty)
        {
            _ = Utf8.FromUtf16(text, utf8, out int charsRead, out int bytesWritten);
            crc = Crc32.Append(crc, utf8[..bytesWritten]);
            text = text[charsRead..];
        }
        return crc;
    }
}
