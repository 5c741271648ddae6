using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The method of a route: its id, and the names that the id was computed from.</summary>
internal sealed record RouteIdentity(RequestId Id, string? Endpoint, SchemaMethod? Method)
{
    public WireFormat Format => Endpoint is null ? WireFormat.OfSchemas : WireFormat.OfEndpoints;

    public bool IsIdAlone => Endpoint is null && Method is null;

    /// <summary>Appended to the entry's name to make the route's: the method, if the entry makes a route for each.</summary>
    public string NameSuffix { get; init; } = "";

    public static RouteIdentity Of(SchemaMethod method) => new(method.Id, null, method);

    /// <summary>Reads the options that identify a route's method; empty, with errors added, unless they identify exactly one.</summary>
    public static IReadOnlyList<RouteIdentity> Read(OptionSection route) => ReadOne(route) is { } identity ? [identity] : [];

    private static RouteIdentity? ReadOne(OptionSection route)
    {
        var id = route.Get(RouteSection.Id);
        var endpoint = route.Get(RouteSection.Endpoint);
        MethodNames method = MethodNames.Read(route);
        if (method.AnyWritten && (id.IsWritten || endpoint.IsWritten))
        {
            string other = endpoint.IsWritten ? "endpoint" : "id";
            route.Refuse($"identifies its method in more than one way; keep either \"{other}\" or \"service\", \"method\", \"request\" and \"reply\"");
            return null;
        }
        if (method.AnyWritten)
            return method.ToIdentity(route);
        if (endpoint.IsWritten)
            return OfEndpoint(route, endpoint, id);
        if (id.IsWritten)
            return id.IsRight ? new RouteIdentity(id.Value, null, null) : null;
        route.Refuse("does not identify its method; write \"endpoint\" (frame), \"service\", \"method\", \"request\" and \"reply\" (smf), "
            + "\"schema\" and \"service\" (smf), or \"id\" (smf)");
        return null;
    }

    private static RouteIdentity? OfEndpoint(OptionSection route, Setting<string> endpoint, Setting<RequestId> id)
    {
        if (!endpoint.IsRight)
            return null;
        var computed = RequestId.ForEndpoint(endpoint.Value);
        if (id.IsRight && id.Value != computed)
            route.Refuse(id, $"{id.Value} is not the id of endpoint \"{endpoint.Value}\", which is {computed}; leave \"id\" out");
        return id.State is SettingState.Mistaken ? null : new RouteIdentity(computed, endpoint.Value, null);
    }

    /// <summary>The four names from which an smf method's id is computed.</summary>
    private readonly record struct MethodNames(Setting<string> Service, Setting<string> Method, Setting<string> Request, Setting<string> Reply)
    {
        public static MethodNames Read(OptionSection route) => new(
            route.Get(RouteSection.Service),
            route.Get(RouteSection.Method),
            route.Get(RouteSection.Request),
            route.Get(RouteSection.Reply));

        public bool AnyWritten => Service.IsWritten || Method.IsWritten || Request.IsWritten || Reply.IsWritten;

        public RouteIdentity? ToIdentity(OptionSection route)
        {
            RefuseIfMissing(route, Service, RouteSection.Service);
            RefuseIfMissing(route, Method, RouteSection.Method);
            RefuseIfMissing(route, Request, RouteSection.Request);
            RefuseIfMissing(route, Reply, RouteSection.Reply);
            if (!(Service.IsRight && Method.IsRight && Request.IsRight && Reply.IsRight))
                return null;
            return Of(new SchemaMethod(Service.Value, Method.Value, Request.Value, Reply.Value));
        }

        private static void RefuseIfMissing(OptionSection route, Setting<string> name, NamedOption option)
        {
            if (!name.IsWritten)
                route.RefuseMissing(option, "an id is computed from \"service\", \"method\", \"request\" and \"reply\"");
        }
    }
}
