using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FrameRpc.Gateway.Sockets;

/// <summary>An address of a listener or a server, as written in <c>gateway.json</c>.</summary>
/// <remarks>
/// Forms: <c>127.0.0.1:11225</c>, <c>[::1]:11225</c>, <c>name:port</c>, <c>unix:/run/x.sock</c>, and, for servers only, <c>demo:echo</c>.
/// </remarks>
internal abstract record Address
{
    /// <summary>The longest path that fits into <c>sockaddr_un</c> with its terminating zero.</summary>
    public const int UnixPathBytesMax = 107;

    /// <summary>Parses one of the forms above; <paramref name="problem"/> says what is wrong with anything else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Address? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
            return TryParseUnix(text["unix:".Length..], out address, out problem);
        if (text.StartsWith("demo:", StringComparison.Ordinal))
            return TryParseDemo(text["demo:".Length..], out address, out problem);
        return TryParseTcp(text, out address, out problem);
    }

    private static bool TryParseUnix(string path, out Address? address, out string? problem)
    {
        address = null;
        problem = path.Length == 0 ? "the path after \"unix:\" is missing"
            : System.Text.Encoding.UTF8.GetByteCount(path) > UnixPathBytesMax ? $"the path is longer than the {UnixPathBytesMax} bytes a Unix socket allows"
            : null;
        if (problem is null)
            address = new UnixAddress(path);
        return address is not null;
    }

    private static bool TryParseDemo(string name, out Address? address, out string? problem)
    {
        address = name == "echo" ? DemoAddress.Instance : null;
        problem = address is null ? $"unknown embedded server \"demo:{name}\"; the only one is \"demo:echo\"" : null;
        return address is not null;
    }

    private static bool TryParseTcp(string text, out Address? address, out string? problem)
    {
        address = null;
        problem = null;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || colon == text.Length - 1)
        {
            problem = "an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH";
            return false;
        }
        string host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':'))
        {
            problem = "an IPv6 address must be in brackets: [::1]:11225";
            return false;
        }
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            problem = $"the port \"{text[(colon + 1)..]}\" is not a number from 0 to 65535";
            return false;
        }
        if (host.Length == 0 || host.Any(c => char.IsWhiteSpace(c) || c == '/'))
        {
            problem = $"\"{host}\" is not a host name or an IP address";
            return false;
        }
        address = new TcpAddress(host, port);
        return true;
    }
}

/// <summary>A TCP port on a host, which is a name or an IP address. For listeners, port 0 lets the kernel choose.</summary>
internal sealed record TcpAddress(string Host, int Port) : Address
{
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>A Unix stream socket in the file system.</summary>
internal sealed record UnixAddress(string Path) : Address
{
    public override string ToString() => $"unix:{Path}";
}

/// <summary>The echo server embedded in the gateway, which uses the format of its backend.</summary>
internal sealed record DemoAddress : Address
{
    public static readonly DemoAddress Instance = new();

    public override string ToString() => "demo:echo";
}
