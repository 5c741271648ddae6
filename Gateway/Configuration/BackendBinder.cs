using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// A backend as routes are checked against it: its name, which is known even if its other options could not be read, and its format.
/// </summary>
internal sealed record BoundBackend(string Name, BackendOptions? Options, Setting<WireFormat> Protocol);

/// <summary>Makes the options of the backends and their servers.</summary>
internal static class BackendBinder
{
    public static IReadOnlyList<BoundBackend> Bind(OptionSection root, int workers)
    {
        var backends = new List<BoundBackend>();
        foreach ((string name, OptionSection? section) in root.GetMap(GatewaySection.Backends))
        {
            backends.Add(section is null
                ? new BoundBackend(name, null, default)
                : new BoundBackend(name, BindOne(name, section, workers), section.Get(BackendSection.Protocol)));
        }
        return backends;
    }

    private static BackendOptions BindOne(string name, OptionSection section, int workers)
    {
        BackendOptions backend = BackendSection.Options.Read(section) with { Name = name, Servers = BindServers(section) };
        if (section.Get(BackendSection.Protocol).IsRight)
        {
            BackendSection.Options.RefuseInapplicable(section, backend);
            RefuseTooFewConnections(section, backend, workers);
        }
        int connections = Math.Max(backend.ConnectionsPerServerMax, Least(backend, workers));
        var limits = ConnectionLimits.Of(backend.Protocol, connections, backend.SharedConnectionsPerServerMax, workers);
        return backend with
        {
            ConnectionsPerServerMax = limits.Total * workers,
            SharedConnectionsPerServerMax = limits.SharedMax * workers,
            ConnectionLimits = limits,
            Eject = backend.Eject with { Statuses = backend.FaultCodes },
        };
    }

    private static int Least(BackendOptions backend, int workers) => backend.Protocol.ConnectionsPerWorkerMin * workers;

    private static void RefuseTooFewConnections(OptionSection section, BackendOptions backend, int workers)
    {
        Setting<int> max = section.Get(BackendSection.ConnectionsPerServerMax);
        int least = Least(backend, workers);
        if (!max.IsRight || max.Value >= least)
            return;
        string each = backend.Protocol.ConnectionPurposes;
        section.Refuse(max, $"{max.Value} is too few for {workers} workers: each needs {each}; write at least {least}, or fewer \"workers\"");
    }

    private static List<BackendServerOptions> BindServers(OptionSection backend)
    {
        var servers = new List<BackendServerOptions>();
        var given = new Dictionary<Address, Origin>();
        foreach (OptionSection section in backend.GetList(BackendSection.Servers))
        {
            servers.Add(ServerSection.Options.Read(section));
            Setting<Address> address = section.Get(ServerSection.Address);
            if (address.IsRight && !given.TryAdd(address.Value, address.Origin))
            {
                Origin first = given[address.Value];
                backend.Refuse(address, $"{address.Value} is already a server of this backend at {first}; give it a \"weight\" for a larger share");
            }
        }
        return servers;
    }
}
