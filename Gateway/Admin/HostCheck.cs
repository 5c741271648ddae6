using System.Net;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>
/// Decides by its Host header whether a request was meant for this endpoint. A page in a browser may come from a name whose address is changed to this machine's
/// afterwards (DNS rebinding): for the browser the endpoint is then the page's own server, and all that it says the page's to read. But the browser names that host.
/// </summary>
/// <remarks>Ports do not count: a forwarded one is another. Kestrel has refused a request with two Host headers, or one that contradicts its target.</remarks>
internal sealed partial class HostCheck
{
    private const string Localhost = "localhost";

    private readonly HashSet<string> _names;
    private readonly ILogger _log;

    public HostCheck(AdminOptions options, ILogger log)
    {
        _log = log;
        _names = new HashSet<string>([.. options.Hosts.Select(Canonical), Localhost], StringComparer.OrdinalIgnoreCase);
        if (options.Address is TcpAddress tcp)
            _names.Add(Canonical(tcp.Host));
    }

    /// <summary>What to tell, or null where all is well.</summary>
    public string? FindProblem(HttpContext context)
    {
        // Over a Unix socket there is no address that a name could be made to stand for.
        if (context.Connection.LocalIpAddress is not { } local)
            return null;
        string host = context.Request.Host.Host;
        if (IsKnown(host, local))
            return null;
        LogUnknown(_log, context.Connection.RemoteIpAddress, host);
        return host.Length == 0
            ? $"The request names no host. Name the address that it goes to, or a name of admin.hosts."
            : $"The host \"{host}\" is not known to be this gateway: it is neither localhost nor an address that the request came to. Write it into \"hosts\" of \"admin\", if this is meant.";
    }

    private bool IsKnown(string host, IPAddress local)
    {
        string name = Canonical(host);
        return _names.Contains(name) || (TryParseLiteral(name, out IPAddress address) && (IPAddress.IsLoopback(address) || Same(address, local)));
    }

    /// <summary>Without the brackets of an IPv6 address, and that in its shortest form.</summary>
    private static string Canonical(string host)
    {
        string bare = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return bare.Contains(':') && IPAddress.TryParse(bare, out IPAddress? address) ? address.ToString() : bare;
    }

    /// <summary>As they are written only: what else .NET takes for an address (<c>127.1</c>, <c>0x7f000001</c>) may be a name for others.</summary>
    private static bool TryParseLiteral(string text, out IPAddress address)
    {
        address = IPAddress.TryParse(text, out IPAddress? read) ? read : IPAddress.None;
        return read?.ToString() == text;
    }

    /// <summary>An IPv4 connection to a socket of both versions has addresses that are mapped into IPv6.</summary>
    private static bool Same(IPAddress one, IPAddress other) => Unmapped(one).Equals(Unmapped(other));

    private static IPAddress Unmapped(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes())
        : address;

    [LoggerMessage(EventId = 403, Level = LogLevel.Warning, Message = "A request from {Peer} for the host \"{Host}\" is refused: admin.hosts has no such name.")]
    private static partial void LogUnknown(ILogger log, IPAddress? peer, string host);
}
