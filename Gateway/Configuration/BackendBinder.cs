using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>What routes are held against: a backend's name, which counts also when nothing else of it could be read, and its protocol.</summary>
internal sealed record BoundBackend(string Name, BackendOptions? Options, Setting<WireProtocol> Protocol);

/// <summary>Makes the options of the backends and their servers.</summary>
internal static class BackendBinder
{
    public static IReadOnlyList<BoundBackend> Bind(OptionSection root, int workers)
    {
        var backends = new List<BoundBackend>();
        foreach ((string name, OptionSection? section) in root.GetMap(OptionTable.Gateway.Backends))
        {
            Setting<WireProtocol> protocol = section?.Get(OptionTable.Backend.Protocol) ?? default;
            backends.Add(new BoundBackend(name, section is null ? null : BindOne(name, section, protocol, workers), protocol));
        }
        return backends;
    }

    private static BackendOptions BindOne(string name, OptionSection section, Setting<WireProtocol> protocol, int workers) => new()
    {
        Name = name,
        Protocol = protocol.Value,
        Servers = BindServers(section),
        Balancing = section.Get(OptionTable.Backend.Balancing).Value,
        ConnectTimeout = section.Get(OptionTable.Backend.ConnectTimeout).Value,
        Lanes = BindLanes(section, protocol, workers),
        CallsWaitingMax = section.Get(OptionTable.Backend.CallsWaitingMax).Value,
        DrainsOctets = GetOnlyOf(WireProtocol.Frame, section, protocol, OptionTable.Backend.DrainsOctets),
        Payload = GetOnlyOf(WireProtocol.Smf, section, protocol, OptionTable.Backend.Payload),
        Compression = GetOnlyOf(WireProtocol.Smf, section, protocol, OptionTable.Backend.Compression),
    };

    /// <summary>An option that backends of one format have.</summary>
    private static T GetOnlyOf<T>(WireProtocol only, OptionSection section, Setting<WireProtocol> protocol, ValueOption<T> option)
    {
        Setting<T> setting = section.Get(option);
        if (setting.IsWritten && protocol.IsRight && protocol.Value != only)
            section.Refuse(setting, $"only {only.Word()} backends have it, and this one speaks {protocol.Value.Word()}; leave it out");
        return setting.Value;
    }

    private static LaneShare BindLanes(OptionSection section, Setting<WireProtocol> protocol, int workers)
    {
        Setting<int> max = section.Get(OptionTable.Backend.ConnectionsPerServerMax);
        int least = LaneShare.SmallestOf(protocol.Value) * workers;
        if (max.IsRight && protocol.IsRight && max.Value < least)
        {
            string each = protocol.Value == WireProtocol.Smf ? "one that its small calls share, and one for a large body" : "one";
            section.Refuse(max, $"{max.Value} is too few for {workers} workers: each needs {each}; write at least {least}, or fewer \"workers\"");
        }
        return LaneShare.Of(protocol.Value, Math.Max(max.Value, least), workers);
    }

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
