namespace FrameRpc.Protocol.Identity;

/// <summary>Finds the tables that methods name, and with them the methods' ids.</summary>
internal sealed class SchemaResolver(SchemaDeclarations declared)
{
    private readonly Dictionary<RequestId, (string Method, SchemaPlace Place)> _ids = [];

    /// <exception cref="SchemaException">A type is unknown, or a name or an id is there twice.</exception>
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
        DeclaredType? request = FindTable(method.Request);
        DeclaredType? reply = FindTable(method.Reply);
        if (request is null || reply is null)
            return null;
        var resolved = new SchemaMethod(service.Name, method.Name, SchemaNames.ToSmf(request.QualifiedName), SchemaNames.ToSmf(reply.QualifiedName));
        string name = $"{SchemaNames.Join(service.Namespace, service.Name)}.{method.Name}";
        if (!_ids.TryAdd(resolved.Id, (name, method.Place)))
        {
            (string other, SchemaPlace place) = _ids[resolved.Id];
            declared.Refuse(method.Place, $"{name} has the request id {resolved.Id}, which is already that of {other} at {place}; rename one of them");
        }
        return resolved;
    }

    private DeclaredType? FindTable(TypeReference reference)
    {
        DeclaredType? type = Find(reference);
        if (type is { Kind: SchemaTypeKind.Table })
            return type;
        declared.Refuse(reference.Place, type is null
            ? $"type \"{reference.Name}\" is not defined{Meant(reference)}"
            : $"\"{reference.Name}\" is {Describe(type.Kind)}; a method takes a table and answers with one");
        return null;
    }

    /// <summary>
    /// As <c>flatc</c>, which reads once from above: the innermost of the types that are defined by then, in this namespace or one around it; failing that,
    /// the first that is defined further down.
    /// </summary>
    private DeclaredType? Find(TypeReference reference)
    {
        DeclaredType? later = null;
        foreach (string around in SchemaNames.Outwards(reference.Namespace))
        {
            if (declared.FindType(SchemaNames.Join(around, reference.Name)) is not { } type)
                continue;
            if (type.Number < reference.TypesBefore)
                return type;
            if (later is null || type.Number < later.Number)
                later = type;
        }
        return later;
    }

    /// <summary>The table of that name in another namespace, else the one whose name is nearest.</summary>
    private string Meant(TypeReference reference)
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
