using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Protocol.Transports;

/// <summary>Addresses in text form: <c>127.0.0.1:11225</c>, <c>[::1]:11225</c>, <c>name:port</c>, <c>unix:/run/x.sock</c>.</summary>
internal static class TransportAddress
{
    private const string UnixPrefix = "unix:";

    /// <exception cref="FormatException">It has none of these forms.</exception>
    public static EndPoint Parse(string address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal) && address.Length > UnixPrefix.Length)
            return new UnixDomainSocketEndPoint(address[UnixPrefix.Length..]);
        int colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            throw Invalid(address);
        string host = address[..colon];
        if (IPAddress.TryParse(host, out IPAddress? ip) && (ip.AddressFamily is AddressFamily.InterNetwork || host[0] == '['))
            return new IPEndPoint(ip, port);
        if (host.Contains(':', StringComparison.Ordinal))
            throw Invalid(address);
        return new DnsEndPoint(host, port);
    }

    public static string Display(EndPoint? endpoint) => endpoint switch
    {
        UnixDomainSocketEndPoint unix => UnixPrefix + unix,
        DnsEndPoint name => string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}"),
        null => "unknown",
        _ => endpoint.ToString()!,
    };

    private static FormatException Invalid(string address) =>
        new($"\"{address}\" is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH");
}
