using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The methods of a schema for which one entry of <c>routes</c> stands.</summary>
internal static class SchemaIdentities
{
    /// <summary>All methods of the service, or the one that is named; none, with the mistakes added, where they cannot be told.</summary>
    public static IReadOnlyList<RouteIdentity> Read(OptionSection route, Setting<string> file, SchemaShelf schemas)
    {
        RefuseBeside(route, OptionTable.Route.Id);
        RefuseBeside(route, OptionTable.Route.Request);
        RefuseBeside(route, OptionTable.Route.Reply);
        RefuseBeside(route, OptionTable.Route.Endpoint);
        var service = route.Get(OptionTable.Route.Service);
        var method = route.Get(OptionTable.Route.Method);
        Schema? schema = file.IsRight ? schemas.Read(route, file) : null;
        if (!service.IsWritten)
        {
            string[] known = [.. schema?.Services.Select(s => s.Name) ?? []];
            string clause = known.Length == 0 ? "" : $": {UnknownName.List(known)}";
            route.RefuseMissing(OptionTable.Route.Service, $"write the name of a service in the schema{clause}");
        }
        return schema is not null && service.IsRight && method.State is not SettingState.Mistaken ? Find(route, schema, service, method) : [];
    }

    private static IReadOnlyList<RouteIdentity> Find(OptionSection route, Schema schema, Setting<string> serviceName, Setting<string> methodName)
    {
        if (!SchemaLookup.TryFindService(schema, serviceName.Value, out SchemaService? service, out string? problem))
        {
            route.Refuse(serviceName, problem);
            return [];
        }
        if (!methodName.IsWritten)
            return [.. service.Methods.Select(m => RouteIdentity.Of(m) with { NameSuffix = $".{m.Name}" })];
        if (SchemaLookup.TryFindMethod(service, methodName.Value, out SchemaMethod? method, out problem))
            return [RouteIdentity.Of(method)];
        route.Refuse(methodName, problem);
        return [];
    }

    private static void RefuseBeside<T>(OptionSection route, ValueOption<T> option)
    {
        var setting = route.Get(option);
        if (setting.IsWritten)
            route.Refuse(setting, "\"schema\" says the methods with their types and ids; keep either one");
    }
}
