using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the routes, and holds them against the backends and against each other.</summary>
internal static class RouteBinder
{
    private const string OnlyFrame = "only messages of the frame format say what they hold; leave it out";

    public static IReadOnlyList<RouteOptions> Bind(OptionSection root, IReadOnlyList<BoundBackend> backends, LimitOptions limits, SchemaShelf schemas)
    {
        var routes = new List<RouteOptions>();
        var names = new NameBook();
        var ids = new Dictionary<RequestId, string>();
        foreach (OptionSection section in root.GetList(OptionTable.Gateway.Routes))
        {
            var name = section.Get(OptionTable.Route.Name);
            var schema = section.Get(OptionTable.Route.Schema);
            IReadOnlyList<RouteIdentity> methods = schema.IsWritten ? SchemaIdentities.Read(section, schema, schemas) : RouteIdentity.Read(section);
            if (methods.Count == 0 && !schema.IsWritten)
                names.Add(section, name);
            RouteOptions shared = BindOne(section, name.Value, methods is [var first, ..] ? first : null, backends, limits);
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

    /// <summary>The route of an entry, or where it has several the first of them, with the policies that they share.</summary>
    private static RouteOptions BindOne(OptionSection section, string name, RouteIdentity? identity, IReadOnlyList<BoundBackend> backends, LimitOptions limits)
    {
        var octets = section.Get(OptionTable.Route.OctetsBytesMax);
        var requestBody = section.Get(OptionTable.Route.RequestBody);
        var replyBody = section.Get(OptionTable.Route.ReplyBody);
        var headerLikeBodies = section.Get(OptionTable.Route.HeaderLikeBodies);
        if (identity?.Protocol is WireProtocol.Smf)
        {
            RefuseIfWritten(section, octets, "only frame messages have octets; leave it out, \"messageBytesMax\" bounds an smf body");
            RefuseIfWritten(section, requestBody, OnlyFrame);
            RefuseIfWritten(section, replyBody, OnlyFrame);
            RefuseIfWritten(section, headerLikeBodies, OnlyFrame);
        }
        else if (octets.IsWritten && requestBody is { Value: not DataType.Octets, State: not SettingState.Mistaken })
        {
            section.Refuse(octets, "bounds octets, and the requests of this route hold none; write \"requestBody\": \"octets\", or leave it out");
        }
        return new RouteOptions
        {
            Name = name,
            Id = identity?.Id.Value ?? 0,
            Endpoint = identity?.Endpoint,
            Method = identity?.Method,
            Backend = FindBackend(section, identity, backends),
            Timeout = section.Get(OptionTable.Route.Timeout).Value,
            MessageBytesMax = section.Get(OptionTable.Route.MessageBytesMax).Or(limits.MessageBytesMax),
            OctetsBytesMax = octets.IsRight ? octets.Value : null,
            RequestBody = requestBody.Value,
            ReplyBody = replyBody.Value,
            HeaderLikeBodies = headerLikeBodies.Value,
        };
    }

    private static void RefuseIfWritten<T>(OptionSection section, Setting<T> setting, string text)
    {
        if (setting.IsWritten)
            section.Refuse(setting, text);
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
        section.Refuse(name, UnknownName.Describe("backend", name.Value, [.. backends.Select(b => b.Name)]));
        return 0;
    }

    private static void RefuseProtocol(OptionSection section, Setting<string> backend, RouteIdentity identity, Setting<WireProtocol> protocol)
    {
        if (identity is { Protocol: WireProtocol.Smf, Method: null })
        {
            section.RefuseMissing(OptionTable.Route.Endpoint, $"backend \"{backend.Value}\" speaks frame, where the endpoint's name is compared beside the id");
            return;
        }
        string route = identity.Protocol is WireProtocol.Frame ? "frame, because it has an \"endpoint\"" : "smf";
        section.Refuse(backend, $"backend \"{backend.Value}\" speaks {protocol.Value.Word()} ({protocol.Origin}), but the route is of {route}");
    }

    private static void CheckId(OptionSection section, string route, RouteIdentity identity, Dictionary<RequestId, string> ids)
    {
        if (identity.Id.Value == 0)
            section.Refuse($"{route} has the request id 0, and servers close the connection on it; give the method another name");
        else if (!ids.TryAdd(identity.Id, $"{route} at {section.Origin}"))
            section.Refuse($"{route} has the request id {identity.Id}, which is already that of {ids[identity.Id]}");
    }
}
