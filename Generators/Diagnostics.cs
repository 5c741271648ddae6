using Microsoft.CodeAnalysis;

namespace FrameRpc.Generators;

/// <summary>Every diagnostic about services. The meaning of an id is fixed, and ids are never reused.</summary>
internal static class Diagnostics
{
    private const string Category = "FrameRpc.Services";
    private const string Octets = "octets are Stream, PipeReader, ReadOnlyMemory<byte>, ReadOnlySequence<byte> or byte[]";

    public static readonly DiagnosticDescriptor GenericService = new(
        "FRPC001", "A service is not generic", "'{0}' is generic, but the types of a service must be known at compile time; write the types out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor HiddenService = new(
        "FRPC002", "A service is declared in a namespace", "'{0}' is nested or file-local, where generated code cannot reach it; move it into a namespace",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor DerivedService = new(
        "FRPC003", "A service derives from no interface",
        "'{0}' derives from '{1}', whose members would not be calls; remove it, or make it a service of its own",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NotACall = new(
        "FRPC004", "A service has only methods", "'{0}' is not a public instance method, so it cannot be a call; make it one, or give it a body",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor GenericMethod = new(
        "FRPC005", "A call is not generic", "'{0}' is generic, but the types of a call must be known at compile time; write the types out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ByReference = new(
        "FRPC006", "A call passes values",
        "'{0}' is passed by reference, which does not reach another process; remove ref, out or in, and return what changes",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NotAwaited = new(
        "FRPC007", "A call is asynchronous", "'{0}' returns '{1}', but calls are asynchronous; return Task, ValueTask, or one of them with a reply",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor Unsupported = new(
        "FRPC008", "A call cannot carry this type", "'{0}' cannot be sent: {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SecondParameter = new(
        "FRPC009", "A call has one body", "'{0}' has a second {1}, '{2}', but a call has only one; combine them into one type",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SameName = new(
        "FRPC010", "A call has a unique name", "'{0}' and '{1}' both result in the {2}; calls are distinguished only by name, so rename one",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SameEndpoint = new(
        "FRPC011", "A call has a unique endpoint", "'{0}' and '{1}' both have the endpoint \"{2}\"; change one with [FrameEndpoint]",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor SameId = new(
        "FRPC012", "A call has a unique request id",
        "'{0}' ({1}) and '{2}' ({3}) both have the request id 0x{4}, which a gateway could not distinguish; rename one",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor BadName = new(
        "FRPC013", "A name has 1 to 255 characters", "\"{0}\" cannot be a name in a request id; write 1 to 255 characters, none of them a control character",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MissingContext = new(
        "FRPC014", "JSON needs a context",
        "'{0}' would be JSON, but '{1}' has no context; write [FrameService(typeof(TheContext))] with a JsonSerializerContext that declares it; " + Octets,
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor NotAContext = new(
        "FRPC015", "The context derives from JsonSerializerContext",
        "'{0}' cannot be the context: it must be a JsonSerializerContext that is accessible in the whole assembly",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor UndeclaredType = new(
        "FRPC016", "The context declares every JSON type", "'{0}' is not declared by '{1}'; add [JsonSerializable(typeof({2}))] to it; " + Octets,
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MissingTypeName = new(
        "FRPC017", "An id is computed from the names of both types",
        "The {0} of '{1}' is bytes, so the name of its type is unknown; write [SmfMethod({2} = \"namespace::Type\")]",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor MissingPayload = new(
        "FRPC018", "An smf call has a payload both ways", "'{0}' has no {1}; an smf call always has one, at least an empty table",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor TwoFormats = new(
        "FRPC019", "A service has one format", "'{0}' is already a frame service; write another interface for smf",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);

    public static readonly DiagnosticDescriptor ZeroId = new(
        "FRPC020", "A request id is not 0", "'{0}' ({1}) has the request id 0, on which servers close the connection; rename it",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}
