using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the routes, and holds them against the backends and against each other.</summary>
internal static class RouteBinder
{
    public static IReadOnlyList<RouteOptions> Bind(OptionSection root, IReadOnlyList<BoundBackend> backends, LimitOptions limits)
    {
        var routes = new List<RouteOptions>();
        var names = new NameBook();
        var ids = new Dictionary<RequestId, string>();
        foreach (OptionSection section in root.GetList(OptionTable.Gateway.Routes))
        {
            var name = section.Get(OptionTable.Route.Name);
            names.Add(section, name);
            var identity = RouteIdentity.Read(section);
            int backend = FindBackend(section, identity, backends);
            if (identity is not null)
                CheckId(section, name.IsRight ? $"\"{name.Value}\"" : section.Path, identity, ids);
            routes.Add(BindOne(section, name.Value, identity, backend, limits));
        }
        return routes;
    }

    private static RouteOptions BindOne(OptionSection section, string name, RouteIdentity? identity, int backend, LimitOptions limits)
    {
        var octets = section.Get(OptionTable.Route.OctetsBytesMax);
        if (octets.IsWritten && identity?.Protocol is WireProtocol.Smf)
            section.Refuse(octets, "only frame messages have octets; leave it out, \"messageBytesMax\" bounds an smf body");
        return new RouteOptions
        {
            Name = name,
            Id = identity?.Id.Value ?? 0,
            Endpoint = identity?.Endpoint,
            Signature = identity?.Signature,
            Backend = backend,
            Timeout = section.Get(OptionTable.Route.Timeout).Value,
            MessageBytesMax = section.Get(OptionTable.Route.MessageBytesMax).Or(limits.MessageBytesMax),
            OctetsBytesMax = octets.IsRight ? octets.Value : null,
        };
    }

    /// <summary>The position of the route's backend, after holding its protocol against the route's.</summary>
    private static int FindBackend(OptionSection section, RouteIdentity? identity, IReadOnlyList<BoundBackend> backends)
    {
        var name = section.Get(OptionTable.Route.Backend);
        if (!name.IsRight)
            return 0;
        for (int i = 0; i < backends.Count; i++)
        {
            if (backends[i].Name != name.Value)
                continue;
            if (identity is not null && backends[i].Protocol.IsRight && backends[i].Protocol.Value != identity.Protocol)
                RefuseProtocol(section, name, identity, backends[i].Protocol);
            return i;
        }
        IEnumerable<string> known = backends.Select(b => b.Name);
        string clause = NameSuggestion.Clause(name.Value, known);
        if (clause.Length == 0)
            clause = backends.Count == 0 ? "; there are no backends" : $"; the backends are {string.Join(", ", known)}";
        section.Refuse(name, $"there is no backend \"{name.Value}\"{clause}");
        return 0;
    }

    private static void RefuseProtocol(OptionSection section, Setting<string> backend, RouteIdentity identity, Setting<WireProtocol> protocol)
    {
        if (identity is { Protocol: WireProtocol.Smf, Signature: null })
        {
            section.RefuseMissing(OptionTable.Route.Endpoint, $"backend \"{backend.Value}\" speaks frame, where the endpoint's name is compared beside the id");
            return;
        }
        string route = identity.Protocol is WireProtocol.Frame ? "frame, because it has an \"endpoint\"" : "smf";
        string spoken = protocol.Value is WireProtocol.Frame ? "frame" : "smf";
        section.Refuse(backend, $"backend \"{backend.Value}\" speaks {spoken} ({protocol.Origin}), but the route is of {route}");
    }

    private static void CheckId(OptionSection section, string route, RouteIdentity identity, Dictionary<RequestId, string> ids)
    {
        if (identity.Id.Value == 0)
            section.Refuse($"{route} has the request id 0, and servers close the connection on it; give the method another name");
        else if (!ids.TryAdd(identity.Id, $"{route} at {section.Origin}"))
            section.Refuse($"{route} has the request id {identity.Id}, which is already that of {ids[identity.Id]}");
    }
}
