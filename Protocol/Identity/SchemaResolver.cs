namespace FrameRpc.Protocol.Identity;

/// <summary>Resolves the tables that methods name, and computes the methods' ids.</summary>
internal sealed class SchemaResolver(SchemaDeclarations declared)
{
    private readonly Dictionary<RequestId, (string Method, SchemaPlace Place)> _ids = [];

    /// <exception cref="SchemaException">A type is unknown, or a name or an id is not unique.</exception>
    public static IReadOnlyList<SchemaService> Resolve(SchemaDeclarations declared)
    {
        var resolver = new SchemaResolver(declared);
        SchemaService[] services = [.. declared.Services.Select(resolver.Resolve)];
        declared.ThrowIfRefused();
        return services;
    }

    private SchemaService Resolve(DeclaredService service) =>
        new(service.Name, service.Namespace, [.. service.Methods.Select(method => Resolve(service, method)).OfType<SchemaMethod>()]);

    private SchemaMethod? Resolve(DeclaredService service, DeclaredMethod method)
    {
        DeclaredType? request = TableOf(method.Request);
        DeclaredType? reply = TableOf(method.Reply);
        if (request is null || reply is null)
            return null;
        var resolved = new SchemaMethod(service.Name, method.Name, request.NameInIds, reply.NameInIds);
        string name = $"{SchemaNames.Join(service.Namespace, service.Name)}.{method.Name}";
        _ids.TryAdd(resolved.Id, (name, method.Place));
        (string other, SchemaPlace place) = _ids[resolved.Id];
        // A duplicate name has already been reported.
        if (other != name)
            declared.Refuse(method.Place, $"{name} has the request id {resolved.Id}, which is already used by {other} at {place}; rename one of them");
        return resolved;
    }

    private DeclaredType? TableOf(TypeReference reference)
    {
        if (reference.Type is { Kind: SchemaTypeKind.Table })
            return reference.Type;
        declared.Refuse(reference.Place, reference.Type is null
            ? $"type \"{reference.Name}\" is not defined{SuggestionFor(reference)}"
            : $"\"{reference.Name}\" is {Describe(reference.Type.Kind)}; the request and the reply of a method are tables");
        return null;
    }

    /// <summary>The table of that name in another namespace, else the one with the closest name.</summary>
    private string SuggestionFor(TypeReference reference)
    {
        string name = reference.Name[(reference.Name.LastIndexOf('.') + 1)..];
        string[] around = [.. SchemaNames.Outwards(reference.Namespace)];
        DeclaredType[] tables = [.. declared.Types.Where(type => type.Kind is SchemaTypeKind.Table)];
        string? meant = tables.FirstOrDefault(table => table.Name == name)?.QualifiedName
            ?? NameSuggestion.Find(reference.Name, tables.Where(table => around.Contains(table.Namespace)).Select(table => table.Name))
            ?? NameSuggestion.Find(reference.Name, tables.Select(table => table.QualifiedName));
        return meant is null ? "; define it, or include the file that does" : $"; did you mean \"{meant}\"?";
    }

    private static string Describe(SchemaTypeKind kind) => kind switch
    {
        SchemaTypeKind.Struct => "a struct",
        SchemaTypeKind.Enum => "an enum",
        SchemaTypeKind.Union => "a union",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
