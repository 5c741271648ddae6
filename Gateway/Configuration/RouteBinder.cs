using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the routes, and checks them against the backends and each other.</summary>
internal static class RouteBinder
{
    public static IReadOnlyList<RouteOptions> Bind(OptionSection root, IReadOnlyList<BoundBackend> backends, LimitOptions limits, SchemaCache schemas)
    {
        var routes = new List<RouteOptions>();
        var names = new UniqueNames();
        var ids = new Dictionary<RequestId, string>();
        foreach (OptionSection section in root.GetList(GatewaySection.Routes))
        {
            var name = section.Get(RouteSection.Name);
            var schema = section.Get(RouteSection.Schema);
            IReadOnlyList<RouteIdentity> methods = schema.IsWritten ? SchemaIdentities.Read(section, schema, schemas) : RouteIdentity.Read(section);
            if (methods.Count == 0 && !schema.IsWritten)
                names.Add(section, name);
            RouteOptions shared = BindOne(section, methods is [var first, ..] ? first : null, backends, limits);
            foreach (RouteIdentity method in methods)
            {
                var routeName = name with { Value = name.Value + method.NameSuffix };
                names.Add(section, routeName);
                CheckId(section, name.IsRight ? $"\"{routeName.Value}\"" : section.Path, method, ids);
                routes.Add(shared with { Name = routeName.Value, Id = method.Id.Value, Endpoint = method.Endpoint, Method = method.Method });
            }
        }
        return routes;
    }

    /// <summary>The route of an entry; if an entry makes several, the first of them, with the policies that they share.</summary>
    private static RouteOptions BindOne(OptionSection section, RouteIdentity? identity, IReadOnlyList<BoundBackend> backends, LimitOptions limits)
    {
        RouteOptions unwritten = RouteSection.Options.Blank with { MessageBytesMax = limits.MessageBytesMax };
        RouteOptions route = RouteSection.Options.Read(section, unwritten);
        CheckBackend(section, identity, backends);
        if (identity is null || identity.Format.HasOctets)
            RefuseUnusedBound(section);
        if (identity is null)
            return route;
        route = route with { Id = identity.Id.Value, Endpoint = identity.Endpoint, Method = identity.Method };
        RouteSection.Options.RefuseInapplicable(section, route);
        return route;
    }

    private static void RefuseUnusedBound(OptionSection section)
    {
        var octets = section.Get(RouteSection.OctetsBytesMax);
        if (octets.IsWritten && section.Get(RouteSection.RequestBody) is { Value: not DataType.Octets, State: not SettingState.Mistaken })
            section.Refuse(octets, "limits octets, but requests of this route have none; write \"requestBody\": \"octets\", or leave it out");
    }

    /// <summary>The route's backend must exist and use the route's format.</summary>
    private static void CheckBackend(OptionSection section, RouteIdentity? identity, IReadOnlyList<BoundBackend> backends)
    {
        var name = section.Get(RouteSection.Backend);
        if (!name.IsRight)
            return;
        if (backends.FirstOrDefault(b => b.Name == name.Value) is not { } backend)
            section.Refuse(name, MistakeText.NoSuch("backend", name.Value, [.. backends.Select(b => b.Name)]));
        else if (identity is not null && backend.Protocol.IsRight && backend.Protocol.Value != identity.Format)
            RefuseProtocol(section, name, identity, backend.Protocol);
    }

    private static void RefuseProtocol(OptionSection section, Setting<string> backend, RouteIdentity identity, Setting<WireFormat> protocol)
    {
        WireFormat spoken = protocol.Value;
        if (identity.IsIdAlone && spoken.HasEndpoints)
        {
            section.RefuseMissing(RouteSection.Endpoint, $"backend \"{backend.Value}\" uses {spoken.Word}, "
                + "which compares the endpoint's name as well as the id");
            return;
        }
        string because = identity.Format.HasEndpoints ? ", because it has an \"endpoint\"" : "";
        section.Refuse(backend, $"backend \"{backend.Value}\" uses {spoken.Word} ({protocol.Origin}), but the route is for {identity.Format.Word}{because}");
    }

    private static void CheckId(OptionSection section, string route, RouteIdentity identity, Dictionary<RequestId, string> ids)
    {
        if (identity.Id.Value == 0)
            section.Refuse($"{route} has the request id 0, on which servers close the connection; rename the method");
        else if (!ids.TryAdd(identity.Id, $"{route} at {section.Origin}"))
            section.Refuse($"{route} has the request id {identity.Id}, which is already used by {ids[identity.Id]}");
    }
}
