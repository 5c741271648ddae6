using System.Text;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the listeners. Names and addresses must be unique.</summary>
internal static class ListenerBinder
{
    public static IReadOnlyList<ListenerOptions> Bind(OptionSection root, LimitOptions limits, UniqueAddresses addresses)
    {
        var names = new UniqueNames();
        var listeners = new List<ListenerOptions>();
        ListenerOptions unwritten = ListenerSection.Options.Blank with { ConnectionsMax = limits.ConnectionsMax };
        foreach (OptionSection section in root.GetList(GatewaySection.Listeners))
        {
            ListenerOptions listener = ListenerSection.Options.Read(section, unwritten);
            var name = section.Get(ListenerSection.Name);
            var address = section.Get(ListenerSection.Address);
            names.Add(section, name);
            addresses.Add(section, address, name.IsRight ? $"listener \"{name.Value}\"" : section.Path);
            if (address.IsRight)
                ListenerSection.Options.RefuseInapplicable(section, listener);
            listeners.Add(listener);
        }
        return listeners;
    }
}

/// <summary>Names in a list, each of which may be used once, because logs and metrics identify the entries by name.</summary>
internal sealed class UniqueNames
{
    private readonly Dictionary<string, Origin> _given = [];

    public void Add(OptionSection section, Setting<string> name)
    {
        if (name.IsRight && !_given.TryAdd(name.Value, name.Origin))
            section.Refuse(name, $"\"{name.Value}\" is already the name at {_given[name.Value]}");
    }
}

/// <summary>The addresses that the gateway listens on, each of which may be used once.</summary>
internal sealed class UniqueAddresses
{
    private readonly Dictionary<string, (string Owner, Origin Origin)> _taken = new(StringComparer.OrdinalIgnoreCase);

    public void Add(OptionSection section, Setting<Address> address, string owner)
    {
        // With port 0 the kernel chooses a different port each time.
        if (!address.IsRight || address.Value is TcpAddress { Port: 0 })
            return;
        if (!_taken.TryAdd(KeyOf(address.Value), (owner, address.Origin)))
        {
            (string other, Origin origin) = _taken[KeyOf(address.Value)];
            section.Refuse(address, $"{address.Value} is already the address of {other} at {origin}");
        }
    }

    /// <summary>Host names are compared case-insensitively, paths exactly.</summary>
    private static string KeyOf(Address address) =>
        address is UnixAddress unix ? $"unix:{Convert.ToHexString(Encoding.UTF8.GetBytes(unix.Path))}" : address.ToString();
}
