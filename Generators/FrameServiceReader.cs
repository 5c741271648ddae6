using Microsoft.CodeAnalysis;

namespace FrameRpc.Generators;

/// <summary>Reads a service of the frame format: bodies are JSON types declared by the context, or octets.</summary>
internal sealed class FrameServiceReader(INamedTypeSymbol service, AttributeData attribute) : ServiceReader(service, ServiceFormat.Frame)
{
    public const string Attribute = "FrameRpc.Protocol.Services.FrameServiceAttribute";

    private const string EndpointAttribute = "FrameRpc.Protocol.Services.FrameEndpointAttribute";
    private const string SerializableAttribute = "System.Text.Json.Serialization.JsonSerializableAttribute";
    private const string ContextBase = "global::System.Text.Json.Serialization.JsonSerializerContext";

    private readonly ITypeSymbol? _context = attribute.ConstructorArguments.FirstOrDefault().Value as ITypeSymbol;
    private HashSet<ISymbol>? _declared;

    protected override string? JsonContext => _context is null ? null : CSharp.Write(_context);

    protected override void CheckAttribute()
    {
        if (_context is null || !IsKnown(_context))
            return;
        if (IsContext(_context))
            _declared = new HashSet<ISymbol>(DeclaredTypes(_context), SymbolEqualityComparer.Default);
        else
            Report(Places.Argument(attribute), Diagnostics.NotAContext, CSharp.Short(_context));
    }

    protected override BodyModel? ReadRequest(IMethodSymbol method, IParameterSymbol? body) =>
        body is null ? BodyModel.None : Read(body.Type, Places.Type(body));

    protected override BodyModel? ReadReply(IMethodSymbol method, ITypeSymbol? reply) =>
        reply is null ? BodyModel.None : Read(reply, Places.ReturnType(method));

    protected override MethodIdentity? Identify(IMethodSymbol method, string callName, IParameterSymbol? body, ITypeSymbol? reply)
    {
        if (Find(method, EndpointAttribute) is not { } named)
            return MethodIdentity.OfEndpoint(callName);
        string? endpoint = named.ConstructorArguments.FirstOrDefault().Value as string;
        return IsName(endpoint, Places.Argument(named)) ? MethodIdentity.OfEndpoint(endpoint!) : null;
    }

    private BodyModel? Read(ITypeSymbol type, Location place)
    {
        if (!IsKnown(type))
            return null;
        ITypeSymbol plain = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        if (OctetsOf(plain) is { } octets)
            return ReadOctets(type, octets, place);
        bool canBeNull = type.IsReferenceType;
        Nullness nullness = !canBeNull ? Nullness.Impossible : type.NullableAnnotation is NullableAnnotation.Annotated ? Nullness.Allowed : Nullness.Refused;
        return IsDeclared(plain, place) ? new BodyModel(BodyKind.Json, CSharp.Write(canBeNull ? plain : type), nullness) : null;
    }

    private BodyModel? ReadOctets(ITypeSymbol type, BodyKind kind, Location place)
    {
        if (type.NullableAnnotation is not NullableAnnotation.Annotated)
            return new BodyModel(kind, CSharp.Write(type), Nullness.Impossible);
        Report(place, Diagnostics.Unsupported, CSharp.Short(type), "octets may be empty but not null; remove the question mark");
        return null;
    }

    private static BodyKind? OctetsOf(ITypeSymbol type) => CSharp.NameOf(type) switch
    {
        "global::System.IO.Stream" => BodyKind.Stream,
        "global::System.IO.Pipelines.PipeReader" => BodyKind.Pipe,
        "global::System.Buffers.ReadOnlySequence<byte>" => BodyKind.Sequence,
        "global::System.ReadOnlyMemory<byte>" => BodyKind.Memory,
        "byte[]" => BodyKind.Array,
        _ => null,
    };

    private bool IsDeclared(ITypeSymbol type, Location place)
    {
        if (type.IsRefLikeType || type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer)
            Report(place, Diagnostics.Unsupported, CSharp.Short(type), "it points into this process's memory; for octets use ReadOnlyMemory<byte>");
        else if (_context is null)
            Report(place, Diagnostics.MissingContext, CSharp.Short(type), Service.Name);
        else if (_declared is not null && !_declared.Contains(type))
            Report(place, Diagnostics.UndeclaredType, CSharp.Short(type), CSharp.Short(_context), CSharp.Short(type));
        else
            return _declared is not null;
        return false;
    }

    private static bool IsContext(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { IsAbstract: false, IsGenericType: false, IsFileLocal: false })
            return false;
        for (INamedTypeSymbol? parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            if (CSharp.NameOf(parent) == ContextBase)
                return true;
        }
        return false;
    }

    private static IEnumerable<ISymbol> DeclaredTypes(ITypeSymbol context) => context.GetAttributes()
        .Where(found => found.AttributeClass is { } type && CSharp.NameOf(type) == "global::" + SerializableAttribute)
        .Select(found => found.ConstructorArguments.FirstOrDefault().Value)
        .OfType<ITypeSymbol>();
}
