using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>An address on which callers connect.</summary>
internal sealed record ListenerOptions
{
    public required string Name { get; init; }
    public required Address Address { get; init; }
    public required WireFormat Protocol { get; init; }
    public required int ConnectionsMax { get; init; }
    /// <summary>Applies to Unix sockets.</summary>
    public SocketFileOptions Rights { get; init; } = new();
}

/// <summary>The options of an entry of <c>listeners</c>.</summary>
internal static class ListenerSection
{
    public static readonly ChoiceForm<WireFormat> Protocols = new([.. WireFormat.All.Select(format => (format.Word, format))]);

    public static readonly OptionGroup<ListenerOptions> Options = new(() =>
        new ListenerOptions { Name = "", Address = DemoAddress.Instance, Protocol = WireFormat.Frame, ConnectionsMax = 0 });

    public static readonly ValueOption<ListenerOptions, string> Name = Options.Required("name", new TextForm(),
        o => o.Name, (o, v) => o with { Name = v },
        "Name of the listener in logs and metrics.");

    public static readonly ValueOption<ListenerOptions, Address> Address = Options.Required("address", AddressForm.ToListenOn,
        o => o.Address, (o, v) => o with { Address = v },
        "Address to listen on: \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\". With port 0 the kernel chooses a free port.");

    public static readonly ValueOption<ListenerOptions, WireFormat> Protocol = Options.Required("protocol", Protocols,
        o => o.Protocol, (o, v) => o with { Protocol = v },
        "Wire format of the callers on this listener.");

    public static readonly ValueOption<ListenerOptions, int> ConnectionsMax = Options.Optional("connectionsMax", LimitSection.Connections,
        o => o.ConnectionsMax, (o, v) => o with { ConnectionsMax = v },
        "Maximum number of concurrent caller connections on this listener, across all workers.",
        defaultInWords: "limits.connectionsMax");

    public static readonly ValueOption<ListenerOptions, UnixFileMode> Mode = SocketFileSection.AddMode(Options,
        o => o.Address, o => o.Rights, (o, v) => o with { Rights = v },
        "Mode of the Unix socket's file. Connecting requires write permission: \"0666\" lets every user of the machine connect.");

    public static readonly ValueOption<ListenerOptions, string> Owner = SocketFileSection.AddOwner(Options,
        o => o.Address, o => o.Rights, (o, v) => o with { Rights = v });
}

/// <summary>Mode and owner of a Unix socket's file.</summary>
internal sealed record SocketFileOptions
{
    public UnixFileMode Mode { get; init; } = SocketRights.DefaultMode;
    /// <summary><c>user</c>, <c>user:group</c> or <c>:group</c>, names or numbers; null for the gateway's own.</summary>
    public string? Owner { get; init; }

    /// <summary>Why the owner cannot be used on this machine, or null.</summary>
    public string? FindProblem() => Owner is null ? null : FileOwner.Resolve(Owner, out _);

    /// <exception cref="IOException">The owner does not exist on this machine.</exception>
    public SocketRights Resolve()
    {
        FileOwner? owner = null;
        return Owner is null || FileOwner.Resolve(Owner, out owner) is not { } problem ? new SocketRights(Mode, owner) : throw new IOException(problem);
    }
}

/// <summary>The options <c>mode</c> and <c>owner</c> of an object with an address.</summary>
internal static class SocketFileSection
{
    public static ValueOption<TOwner, UnixFileMode> AddMode<TOwner>(
        OptionGroup<TOwner> options, Func<TOwner, Address> address, Func<TOwner, SocketFileOptions> get,
        Func<TOwner, SocketFileOptions, TOwner> set, string meaning) =>
        options.Default("mode", new ModeForm(), o => get(o).Mode, (o, v) => set(o, get(o) with { Mode = v }), meaning,
            appliesTo: o => address(o) is UnixAddress, otherwise: o => NoFile(address(o)));

    public static ValueOption<TOwner, string> AddOwner<TOwner>(
        OptionGroup<TOwner> options, Func<TOwner, Address> address, Func<TOwner, SocketFileOptions> get, Func<TOwner, SocketFileOptions, TOwner> set) =>
        options.Optional("owner", new OwnerForm(), o => get(o).Owner, (o, v) => set(o, get(o) with { Owner = v }),
            "User and group that own the Unix socket's file.",
            appliesTo: o => address(o) is UnixAddress, otherwise: o => NoFile(address(o)), defaultInWords: "those of the gateway");

    private static string NoFile(Address address) =>
        $"applies only to Unix sockets, and {address} is none; leave it out, or listen on a Unix socket, such as \"unix:/run/x.sock\"";
}
