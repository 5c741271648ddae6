using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The methods of a schema for which an entry of <c>routes</c> makes routes.</summary>
internal static class SchemaIdentities
{
    /// <summary>All methods of the service, or the named one; none, with errors added, if they cannot be found.</summary>
    public static IReadOnlyList<RouteIdentity> Read(OptionSection route, Setting<string> file, SchemaCache schemas)
    {
        RefuseBeside(route, RouteSection.Id);
        RefuseBeside(route, RouteSection.Request);
        RefuseBeside(route, RouteSection.Reply);
        RefuseBeside(route, RouteSection.Endpoint);
        var service = route.Get(RouteSection.Service);
        var method = route.Get(RouteSection.Method);
        Schema? schema = file.IsRight ? schemas.Read(route, file) : null;
        if (!service.IsWritten)
        {
            string[] known = [.. schema?.Services.Select(s => s.Name) ?? []];
            string clause = known.Length == 0 ? "" : $": {MistakeText.List(known)}";
            route.RefuseMissing(RouteSection.Service, $"write the name of a service in the schema{clause}");
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

    private static void RefuseBeside<T>(OptionSection route, ValueOption<RouteOptions, T> option)
    {
        var setting = route.Get(option);
        if (setting.IsWritten)
            route.Refuse(setting, "\"schema\" already defines the methods with their types and ids; keep only one of them");
    }
}

/// <summary>The schemas named by routes, relative to the configuration file. Each is read once, and its errors are reported once.</summary>
internal sealed class SchemaCache(string configurationFile, SchemaFileReader readFile)
{
    private readonly Dictionary<string, Schema?> _schemas = [];

    /// <summary>The schema that a setting names; if it is wrong null, with its errors added where it was named first.</summary>
    public Schema? Read(OptionSection section, Setting<string> name)
    {
        string file = Path.Combine(Path.GetDirectoryName(configurationFile) ?? "", name.Value);
        if (_schemas.TryGetValue(file, out Schema? schema))
            return schema;
        try
        {
            schema = Schema.Load(file, readFile);
        }
        catch (SchemaException wrong)
        {
            foreach (SchemaMistake mistake in wrong.Mistakes)
                section.Refuse(name, mistake.ToString());
        }
        _schemas[file] = schema;
        return schema;
    }
}
