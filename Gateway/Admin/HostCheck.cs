using System.Net;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>
/// Checks the Host header against DNS rebinding: a web page can come from a name that is later resolved to this machine, so that the browser takes
/// this endpoint for the page's own server and lets the page read the replies. The browser still sends that name.
/// </summary>
/// <remarks>
/// Ports are ignored, because a forwarded port differs. Kestrel refuses requests with two Host headers, or with one that contradicts the target.
/// </remarks>
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

    /// <summary>The reason for refusing the request, or null.</summary>
    public string? FindProblem(HttpContext context)
    {
        // Names do not resolve to Unix sockets.
        if (context.Connection.LocalIpAddress is not { } local)
            return null;
        string host = context.Request.Host.Host;
        if (IsKnown(host, local))
            return null;
        LogUnknown(_log, context.Connection.RemoteIpAddress, host);
        return host.Length == 0
            ? "The request names no host. Use the gateway's address or a name in admin.hosts."
            : $"The host \"{host}\" is not this gateway: it is neither localhost nor the address that the request was sent to. "
                + "To allow it, add it to \"hosts\" in \"admin\".";
    }

    private bool IsKnown(string host, IPAddress local)
    {
        string name = Canonical(host);
        return _names.Contains(name) || (TryParseLiteral(name, out IPAddress address) && (IPAddress.IsLoopback(address) || Same(address, local)));
    }

    /// <summary>IPv6 addresses without brackets and in their shortest form.</summary>
    private static string Canonical(string host)
    {
        string bare = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return bare.Contains(':') && IPAddress.TryParse(bare, out IPAddress? address) ? address.ToString() : bare;
    }

    /// <summary>Standard notation only: other forms that .NET parses as addresses (<c>127.1</c>, <c>0x7f000001</c>) may be names elsewhere.</summary>
    private static bool TryParseLiteral(string text, out IPAddress address)
    {
        address = IPAddress.TryParse(text, out IPAddress? read) ? read : IPAddress.None;
        return read?.ToString() == text;
    }

    /// <summary>IPv4 connections to a dual-stack socket have IPv4-mapped IPv6 addresses.</summary>
    private static bool Same(IPAddress one, IPAddress other) => Unmapped(one).Equals(Unmapped(other));

    private static IPAddress Unmapped(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes())
        : address;

    [LoggerMessage(EventId = 403, Level = LogLevel.Warning,
        Message = "A request from {Peer} for the host \"{Host}\" was refused: the name is not in admin.hosts.")]
    private static partial void LogUnknown(ILogger log, IPAddress? peer, string host);
}
