using System.Globalization;
using System.Text;

namespace FrameRpc.Protocol.Identity;

/// <summary>The 32-bit key of a route: on the wire in <c>smf</c>, computed from the endpoint's name in <c>frame</c>.</summary>
public readonly record struct RequestId(uint Value)
{
    /// <summary>The id of an smf method: CRC-32 of the service, XOR CRC-32 of <c>method:request:reply</c>.</summary>
    public static RequestId ForMethod(string service, string method, string request, string reply) =>
        new(Crc32(service) ^ Crc32($"{method}:{request}:{reply}"));

    /// <summary>The id of a frame endpoint: CRC-32 of its name.</summary>
    public static RequestId ForEndpoint(string endpoint) => new(Crc32(endpoint));

    /// <summary>Reads <c>0x6ad4023d</c> or <c>1792279101</c>.</summary>
    public static bool TryParse(string text, out RequestId id)
    {
        bool read = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        id = new RequestId(value);
        return read;
    }

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x8}";

    private static uint Crc32(string text)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xedb88320 & (0 - (crc & 1)));
        }
        return ~crc;
    }
}
