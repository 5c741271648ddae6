namespace FrameRpc.Protocol.Identity;

/// <summary>A position in a schema.</summary>
internal readonly record struct SchemaPlace(string File, int Line, int Column)
{
    /// <summary>A file as a whole.</summary>
    public static SchemaPlace Whole(string file) => new(file, 0, 0);

    public SchemaMistake Mistake(string text) => new(File, Line, Column, text);

    /// <summary>An error after which nothing more can be read.</summary>
    public SchemaException Wrong(string text) => new([Mistake(text)]);

    public override string ToString() => $"{File}:{Line}:{Column}";
}

internal enum SchemaTypeKind
{
    Table,
    Struct,
    Enum,
    Union,
}

internal sealed record DeclaredType(string Name, string Namespace, SchemaTypeKind Kind, SchemaPlace Place)
{
    public string QualifiedName { get; } = SchemaNames.Join(Namespace, Name);

    /// <summary>The name that ids are computed from; one string for all methods that use the type.</summary>
    public string NameInIds { get; } = SchemaNames.Join(Namespace, Name).Replace(".", "::", StringComparison.Ordinal);
}

internal sealed record DeclaredService(string Name, string Namespace, SchemaPlace Place, IReadOnlyList<DeclaredMethod> Methods);

internal sealed record DeclaredMethod(string Name, SchemaPlace Place, TypeReference Request, TypeReference Reply);

/// <summary>A type as named by a method, with or without a namespace, and the namespace of the method.</summary>
internal sealed record TypeReference(string Name, string Namespace, SchemaPlace Place)
{
    /// <summary>Null until the type is declared.</summary>
    public DeclaredType? Type { get; set; }
}

/// <summary>The declarations of a schema and its includes, in the order in which <c>flatc</c> reads them.</summary>
internal sealed class SchemaDeclarations
{
    private readonly List<SchemaMistake> _mistakes = [];
    private readonly List<DeclaredType> _types = [];
    private readonly Dictionary<string, DeclaredType> _typesByName = [];
    private readonly Dictionary<string, List<TypeReference>> _awaited = [];
    private readonly List<DeclaredService> _services = [];
    private readonly Dictionary<string, SchemaPlace> _servicePlaces = [];

    public IReadOnlyList<DeclaredType> Types => _types;

    public IReadOnlyList<DeclaredService> Services => _services;

    public void Add(DeclaredType type)
    {
        if (!_typesByName.TryAdd(type.QualifiedName, type))
        {
            Refuse(type.Place, $"type \"{type.QualifiedName}\" is already defined at {_typesByName[type.QualifiedName].Place}; rename one of them");
            return;
        }
        _types.Add(type);
        Settle(type.Name, type);
        Settle(type.QualifiedName, type);
    }

    /// <summary>Resolves the name of a type. A type that is not declared yet may follow later.</summary>
    /// <remarks>
    /// As <c>flatc</c>, which reads in one pass: the innermost type of that name in this namespace or one around it; failing that, the first one
    /// declared with the name later, in any namespace, and until then the name means the same everywhere. The namespace is part of the id, so this
    /// has to be as odd as it is there. Compared with flatc 2.0.8.
    /// </remarks>
    public TypeReference Refer(string name, string inNamespace, SchemaPlace place)
    {
        var reference = new TypeReference(name, inNamespace, place);
        if (_awaited.TryGetValue(name, out List<TypeReference>? others))
            others.Add(reference);
        else if (FindAround(inNamespace, name) is { } type)
            reference.Type = type;
        else
            _awaited.Add(name, [reference]);
        return reference;
    }

    private DeclaredType? FindAround(string inNamespace, string name)
    {
        foreach (string around in SchemaNames.Outwards(inNamespace))
        {
            if (_typesByName.TryGetValue(SchemaNames.Join(around, name), out DeclaredType? type))
                return type;
        }
        return null;
    }

    private void Settle(string name, DeclaredType type)
    {
        if (!_awaited.Remove(name, out List<TypeReference>? references))
            return;
        foreach (TypeReference reference in references)
            reference.Type = type;
    }

    public void Add(DeclaredService service)
    {
        string qualifiedName = SchemaNames.Join(service.Namespace, service.Name);
        if (!_servicePlaces.TryAdd(qualifiedName, service.Place))
            Refuse(service.Place, $"service \"{qualifiedName}\" is already defined at {_servicePlaces[qualifiedName]}; rename one of them");
        var methodPlaces = new Dictionary<string, SchemaPlace>();
        foreach (DeclaredMethod method in service.Methods)
        {
            if (!methodPlaces.TryAdd(method.Name, method.Place))
                Refuse(method.Place, $"service \"{service.Name}\" already has a method \"{method.Name}\" at {methodPlaces[method.Name]}; rename one of them");
        }
        _services.Add(service);
    }

    /// <summary>Adds an error after which reading can continue; throws once there are too many.</summary>
    public void Refuse(SchemaPlace place, string text)
    {
        _mistakes.Add(place.Mistake(text));
        if (_mistakes.Count == Schema.MistakesMax)
            ThrowIfRefused();
    }

    public void ThrowIfRefused()
    {
        if (_mistakes.Count > 0)
            throw new SchemaException(_mistakes);
    }
}
