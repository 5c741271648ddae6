using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Finds a service or a method of a schema by name, or suggests the one that was probably meant.</summary>
internal static class SchemaLookup
{
    /// <summary>By the name with its namespace, <c>smf_gen.demo.SmfStorage</c>, or without it if the name is unique.</summary>
    public static bool TryFindService(Schema schema, string name, [NotNullWhen(true)] out SchemaService? service, [NotNullWhen(false)] out string? problem)
    {
        service = schema.Services.FirstOrDefault(s => s.QualifiedName == name);
        problem = null;
        if (service is not null)
            return true;
        SchemaService[] named = [.. schema.Services.Where(s => s.Name == name)];
        if (named.Length == 1)
            service = named[0];
        else if (named.Length == 0)
            problem = MistakeText.NoSuch("service", name, [.. schema.Services.Select(s => s.Name)]);
        else
            problem = $"there are {named.Length} services \"{name}\"; write {string.Join(" or ", named.Select(s => $"\"{s.QualifiedName}\""))}";
        return service is not null;
    }

    public static bool TryFindMethod(SchemaService service, string name, [NotNullWhen(true)] out SchemaMethod? method, [NotNullWhen(false)] out string? problem)
    {
        method = service.Methods.FirstOrDefault(m => m.Name == name);
        problem = method is null
            ? MistakeText.NoSuch("method", name, [.. service.Methods.Select(m => m.Name)]) : null;
        return method is not null;
    }
}
