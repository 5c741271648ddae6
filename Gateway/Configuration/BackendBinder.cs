using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>What routes are held against: a backend's name, which counts also when nothing else of it could be read, and its protocol.</summary>
internal sealed record BoundBackend(string Name, BackendOptions? Options, Setting<WireProtocol> Protocol);

/// <summary>Makes the options of the backends and their servers.</summary>
internal static class BackendBinder
{
    public static IReadOnlyList<BoundBackend> Bind(OptionSection root)
    {
        var backends = new List<BoundBackend>();
        foreach ((string name, OptionSection? section) in root.GetMap(OptionTable.Gateway.Backends))
        {
            Setting<WireProtocol> protocol = section?.Get(OptionTable.Backend.Protocol) ?? default;
            backends.Add(new BoundBackend(name, section is null ? null : BindOne(name, section, protocol.Value), protocol));
        }
        return backends;
    }

    private static BackendOptions BindOne(string name, OptionSection section, WireProtocol protocol) => new()
    {
        Name = name,
        Protocol = protocol,
        Servers = BindServers(section),
        Balancing = section.Get(OptionTable.Backend.Balancing).Value,
        ConnectTimeout = section.Get(OptionTable.Backend.ConnectTimeout).Value,
        ExclusiveLanesMax = section.Get(OptionTable.Backend.ExclusiveLanesMax).Value,
        CallsWaitingMax = section.Get(OptionTable.Backend.CallsWaitingMax).Value,
    };

    private static List<ServerOptions> BindServers(OptionSection backend)
    {
        var servers = new List<ServerOptions>();
        var given = new Dictionary<Address, Origin>();
        foreach ((OptionSection? section, Setting<Address> plain) in backend.GetList(OptionTable.Backend.Servers, OptionTable.Server.Address))
        {
            Setting<Address> address = section?.Get(OptionTable.Server.Address) ?? plain;
            if (address.IsRight && !given.TryAdd(address.Value, address.Origin))
            {
                Origin first = given[address.Value];
                backend.Refuse(address, $"{address.Value} is already a server of this backend at {first}; give it a \"weight\" for a larger share");
            }
            servers.Add(new ServerOptions
            {
                Address = address.Value,
                Weight = section?.Get(OptionTable.Server.Weight).Value ?? OptionTable.Server.Weight.Default,
            });
        }
        return servers;
    }
}
