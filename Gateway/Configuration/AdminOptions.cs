using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

internal sealed record AdminOptions
{
    public required Address Address { get; init; }
    public bool AllowRemote { get; init; }
    /// <summary>Relative to the working directory; null if there is none.</summary>
    public string? TokenFile { get; init; }
    public bool CreateToken { get; init; }
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Applies to Unix sockets.</summary>
    public SocketFileOptions Rights { get; init; } = new();
}

/// <summary>The options of <c>admin</c>.</summary>
internal static class AdminSection
{
    public static readonly OptionGroup<AdminOptions> Options = new(() => new AdminOptions { Address = DemoAddress.Instance });

    public static readonly ValueOption<AdminOptions, Address> Address = Options.Required("address", AddressForm.ToListenOn,
        o => o.Address, (o, v) => o with { Address = v },
        "Address of the admin endpoint: \"127.0.0.1:9901\", \"[::1]:9901\", \"localhost:9901\" or \"unix:/run/x.sock\"; with allowRemote, any address.");

    public static readonly ValueOption<AdminOptions, bool> AllowRemote = Options.Default("allowRemote", new FlagForm(),
        o => o.AllowRemote, (o, v) => o with { AllowRemote = v },
        "Whether the address may be reachable from other machines. They can read routes, servers and load; "
            + "draining or stopping the gateway requires the token in tokenFile.");

    /// <summary>The effective configuration has the path, never the token.</summary>
    public static readonly ValueOption<AdminOptions, string> TokenFile = Options.Optional("tokenFile", new TextForm(),
        o => o.TokenFile, (o, v) => o with { TokenFile = v },
        "Path, relative to the folder of this file, of the file with the token for draining or stopping the gateway: "
        + "one line of 16 to 512 characters, readable only by the gateway's user. Without a token, only that user and root can do so, over a Unix socket.");

    public static readonly ValueOption<AdminOptions, bool> CreateToken = Options.Default("createToken", new FlagForm(),
        o => o.CreateToken, (o, v) => o with { CreateToken = v },
        "Whether to create the file of tokenFile with a new token at startup if it does not exist.",
        appliesTo: o => o.TokenFile is not null);

    public static readonly ValueListOption<AdminOptions, string> Hosts = Options.Values("hosts", new HostForm(),
        o => o.Hosts, (o, v) => o with { Hosts = v },
        "Further names and addresses, without a port, that requests over TCP may have in the Host header. "
            + "localhost and the addresses listened on are always accepted.");

    public static readonly ValueOption<AdminOptions, UnixFileMode> Mode = SocketFileSection.AddMode(Options,
        o => o.Address, o => o.Rights, (o, v) => o with { Rights = v },
        "Mode of the Unix socket's file. Connecting requires write permission; draining or stopping the gateway requires more than that.");

    public static readonly ValueOption<AdminOptions, string> Owner = SocketFileSection.AddOwner(Options,
        o => o.Address, o => o.Rights, (o, v) => o with { Rights = v });
}
