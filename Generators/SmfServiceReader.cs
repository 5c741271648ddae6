using Microsoft.CodeAnalysis;

namespace FrameRpc.Generators;

/// <summary>Reads a service of the smf format: payloads are types that read and write themselves, or bytes.</summary>
internal sealed class SmfServiceReader(INamedTypeSymbol service, AttributeData attribute) : ServiceReader(service, ServiceFormat.Smf)
{
    public const string Attribute = "FrameRpc.Protocol.Services.SmfServiceAttribute";

    private const string MethodAttribute = "FrameRpc.Protocol.Services.SmfMethodAttribute";
    private const string PayloadInterface = "global::FrameRpc.Protocol.Services.ISmfPayload<TSelf>";
    private const string Bytes = "global::System.ReadOnlyMemory<byte>";

    private readonly string? _name = attribute.ConstructorArguments.FirstOrDefault().Value as string;
    private readonly string? _namespace = Named(attribute, "Namespace");

    protected override void CheckAttribute()
    {
        _ = IsName(_name, Places.Argument(attribute));
        if (Find(Service, FrameServiceReader.Attribute) is not null)
            Report(Places.Name(Service), Diagnostics.TwoFormats, Service.Name);
    }

    protected override BodyModel? ReadRequest(IMethodSymbol method, IParameterSymbol? body) => body is null
        ? ReportMissing(method, "request", Places.Name(method))
        : Read(body.Type, Places.Type(body));

    protected override BodyModel? ReadReply(IMethodSymbol method, ITypeSymbol? reply) => reply is null
        ? ReportMissing(method, "reply", Places.ReturnType(method))
        : Read(reply, Places.ReturnType(method));

    protected override MethodIdentity? Identify(IMethodSymbol method, string callName, IParameterSymbol? body, ITypeSymbol? reply)
    {
        AttributeData? named = Find(method, MethodAttribute);
        string name = named?.ConstructorArguments.FirstOrDefault().Value as string ?? callName;
        string? requestName = TypeName(method, named, "Request", body!.Type, Places.Type(body));
        string? replyName = TypeName(method, named, "Reply", reply!, Places.ReturnType(method));
        Location names = named is null ? Places.Name(method) : Places.Argument(named);
        return requestName is not null && replyName is not null && IsName(name, names) && IsName(requestName, names) && IsName(replyName, names)
            ? MethodIdentity.OfMethod(_name ?? "", name, requestName, replyName)
            : null;
    }

    private BodyModel? Read(ITypeSymbol type, Location place)
    {
        if (!IsKnown(type))
            return null;
        if (CSharp.NameOf(type) == Bytes)
            return new BodyModel(BodyKind.Memory, CSharp.Write(type), Nullness.Impossible);
        if (type.NullableAnnotation is NullableAnnotation.Annotated)
            Report(place, Diagnostics.Unsupported, CSharp.Short(type), "an smf payload is never null; remove the question mark");
        else if (!type.AllInterfaces.Any(implemented => IsPayloadOf(implemented, type)))
            Report(place, Diagnostics.Unsupported, CSharp.Short(type), "for smf it must be an ISmfPayload of itself, or ReadOnlyMemory<byte>");
        else
            return new BodyModel(BodyKind.SmfPayload, CSharp.Write(type), Nullness.Impossible);
        return null;
    }

    private static bool IsPayloadOf(INamedTypeSymbol implemented, ITypeSymbol type) =>
        CSharp.NameOf(implemented.OriginalDefinition) == PayloadInterface && SymbolEqualityComparer.Default.Equals(implemented.TypeArguments[0], type);

    /// <summary>The type's name in the schema.</summary>
    private string? TypeName(IMethodSymbol method, AttributeData? named, string role, ITypeSymbol type, Location place)
    {
        if (named is not null && Named(named, role) is { } said)
            return InSchema(said);
        if (CSharp.NameOf(type) != Bytes)
            return string.IsNullOrEmpty(_namespace) ? type.Name : InSchema($"{_namespace}::{type.Name}");
        Report(place, Diagnostics.MissingTypeName, role.ToLowerInvariant(), method.Name, role);
        return null;
    }

    private BodyModel? ReportMissing(IMethodSymbol method, string what, Location place)
    {
        Report(place, Diagnostics.MissingPayload, method.Name, what);
        return null;
    }

    /// <summary>Schemas write <c>a.b.C</c>; ids are computed from <c>a::b::C</c>.</summary>
    private static string InSchema(string name) => name.Replace(".", "::");

    private static string? Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value as string;
}
