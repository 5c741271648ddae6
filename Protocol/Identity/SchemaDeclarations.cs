namespace FrameRpc.Protocol.Identity;

/// <summary>Where something stands.</summary>
internal readonly record struct SchemaPlace(string File, int Line, int Column)
{
    /// <summary>A file as a whole.</summary>
    public static SchemaPlace Whole(string file) => new(file, 0, 0);

    public SchemaMistake Mistake(string text) => new(File, Line, Column, text);

    /// <summary>A mistake after which nothing more can be read.</summary>
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

/// <summary>A type; <c>Number</c> counts those that are declared before it.</summary>
internal sealed record DeclaredType(string Name, string Namespace, SchemaTypeKind Kind, int Number, SchemaPlace Place)
{
    public string QualifiedName { get; } = SchemaNames.Join(Namespace, Name);
}

internal sealed record DeclaredService(string Name, string Namespace, SchemaPlace Place, IReadOnlyList<DeclaredMethod> Methods);

internal sealed record DeclaredMethod(string Name, SchemaPlace Place, TypeReference Request, TypeReference Reply);

/// <summary>A type as a method names it.</summary>
/// <param name="Name">As it is written, with or without a namespace.</param>
/// <param name="Namespace">The one in which it is written.</param>
/// <param name="TypesBefore">How many types were declared before this place.</param>
/// <param name="Place">Where it is written.</param>
internal sealed record TypeReference(string Name, string Namespace, int TypesBefore, SchemaPlace Place);

/// <summary>What a schema and those that it includes declare, in the order in which <c>flatc</c> meets it.</summary>
internal sealed class SchemaDeclarations
{
    private readonly List<SchemaMistake> _mistakes = [];
    private readonly List<DeclaredType> _types = [];
    private readonly Dictionary<string, DeclaredType> _typesByName = [];
    private readonly List<DeclaredService> _services = [];
    private readonly Dictionary<string, SchemaPlace> _servicePlaces = [];

    public IReadOnlyList<DeclaredType> Types => _types;

    public IReadOnlyList<DeclaredService> Services => _services;

    public DeclaredType? FindType(string qualifiedName) => _typesByName.GetValueOrDefault(qualifiedName);

    public void Add(DeclaredType type)
    {
        if (_typesByName.TryAdd(type.QualifiedName, type))
            _types.Add(type);
        else
            Refuse(type.Place, $"type \"{type.QualifiedName}\" is already defined at {_typesByName[type.QualifiedName].Place}; rename one of them");
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

    /// <summary>Adds a mistake after which reading can go on; throws where there are enough of them.</summary>
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
