using Microsoft.CodeAnalysis;

namespace FrameRpc.Generators;

/// <summary>
/// Reads an interface that is a service. Derived classes decide which types the format supports, and how a method is identified on the wire.
/// </summary>
internal abstract class ServiceReader(INamedTypeSymbol service, ServiceFormat format)
{
    private readonly List<ServiceMistake> _mistakes = [];
    private bool _understood = true;

    protected INamedTypeSymbol Service => service;

    public ServiceResult Read(CancellationToken cancel)
    {
        CheckInterface();
        CheckAttribute();
        var names = new ReservedNames(this, service.Name, NameWithoutI(service.Name));
        var methods = new List<MethodModel>();
        foreach (ISymbol member in service.GetMembers())
        {
            cancel.ThrowIfCancellationRequested();
            if (!IsCall(member) || ReadMethod((IMethodSymbol)member) is not { } method)
                continue;
            names.Add((IMethodSymbol)member, method);
            methods.Add(method);
        }
        bool whole = _understood && _mistakes.Count == 0;
        return new ServiceResult(whole ? Model(methods) : null, new EquatableList<ServiceMistake>(_mistakes));
    }

    public void Report(Location place, DiagnosticDescriptor descriptor, params string[] arguments) =>
        _mistakes.Add(ServiceMistake.At(place, descriptor, arguments));

    /// <summary>The full name of the JSON context, read last.</summary>
    protected virtual string? JsonContext => null;

    /// <summary>Checks the service's own attribute.</summary>
    protected abstract void CheckAttribute();

    /// <summary>The request of a method; null if an error was reported.</summary>
    protected abstract BodyModel? ReadRequest(IMethodSymbol method, IParameterSymbol? body);

    /// <summary>The reply of a method; null if an error was reported.</summary>
    protected abstract BodyModel? ReadReply(IMethodSymbol method, ITypeSymbol? reply);

    /// <summary>The identity of a method on the wire; null if an error was reported.</summary>
    protected abstract MethodIdentity? Identify(IMethodSymbol method, string callName, IParameterSymbol? body, ITypeSymbol? reply);

    protected static AttributeData? Find(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(found => found.AttributeClass is { } type && "global::" + attribute == CSharp.NameOf(type));

    /// <summary>False for a type that is unknown to the compiler too, which has reported that.</summary>
    protected bool IsKnown(ITypeSymbol type) => _understood &= type.TypeKind is not TypeKind.Error;

    /// <summary>Reports an invalid name, on the wire or in a route.</summary>
    protected bool IsName(string? name, Location place)
    {
        const int CharsMax = 255;
        if (name is { Length: > 0 and <= CharsMax } && !name.Any(char.IsControl))
            return true;
        Report(place, Diagnostics.BadName, name ?? "");
        return false;
    }

    private ServiceModel Model(List<MethodModel> methods) => new(
        format,
        CSharp.NamespaceOf(service),
        CSharp.Write(service),
        NameWithoutI(service.Name),
        service.DeclaredAccessibility is Accessibility.Public,
        JsonContext,
        new EquatableList<MethodModel>(methods));

    private void CheckInterface()
    {
        if (service.IsGenericType)
            Report(Places.Name(service), Diagnostics.GenericService, CSharp.Short(service));
        if (service.ContainingType is not null || service.IsFileLocal)
            Report(Places.Name(service), Diagnostics.HiddenService, CSharp.Short(service));
        foreach (INamedTypeSymbol parent in service.Interfaces.Where(IsKnown))
            Report(Places.Name(service), Diagnostics.DerivedService, CSharp.Short(service), CSharp.Short(parent));
    }

    /// <summary>Whether a member is a method to be called. Members with a body, and static ones, are not.</summary>
    private bool IsCall(ISymbol member)
    {
        if (!member.IsAbstract || member is INamedTypeSymbol or IMethodSymbol { AssociatedSymbol: not null })
            return false;
        if (member is IMethodSymbol { MethodKind: MethodKind.Ordinary, IsStatic: false, DeclaredAccessibility: Accessibility.Public })
            return true;
        Report(Places.Name(member), Diagnostics.NotACall, CSharp.Short(member));
        return false;
    }

    private MethodModel? ReadMethod(IMethodSymbol method)
    {
        if (method.IsGenericMethod)
        {
            Report(Places.Name(method), Diagnostics.GenericMethod, CSharp.Short(method));
            return null;
        }
        List<ParameterModel>? parameters = ReadParameters(method, out IParameterSymbol? body);
        if (parameters is null || !ReadReturn(method, out ITypeSymbol? reply))
            return null;
        string callName = NameWithoutAsync(method.Name);
        BodyModel? request = ReadRequest(method, body);
        BodyModel? returned = ReadReply(method, reply);
        if (request is null || returned is null || Identify(method, callName, body, reply) is not { } identity)
            return null;
        string returnType = CSharp.Write(method.ReturnType);
        return new MethodModel(
            CSharp.Identifier(method.Name), callName, returnType, new EquatableList<ParameterModel>(parameters), request, returned, identity);
    }

    private List<ParameterModel>? ReadParameters(IMethodSymbol method, out IParameterSymbol? body)
    {
        body = null;
        var read = new List<ParameterModel>();
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            ParameterRole role = RoleOf(parameter);
            if (parameter.RefKind is not RefKind.None)
                Report(Places.Name(parameter), Diagnostics.ByReference, parameter.Name);
            else if (read.Any(other => other.Role == role))
                Report(Places.Name(parameter), Diagnostics.SecondParameter, method.Name, Describe(role), parameter.Name);
            else
                read.Add(new ParameterModel(CSharp.Declare(parameter), CSharp.Identifier(parameter.Name), role));
            if (role is ParameterRole.Body)
                body ??= parameter;
        }
        return read.Count == method.Parameters.Length ? read : null;
    }

    private bool ReadReturn(IMethodSymbol method, out ITypeSymbol? reply)
    {
        reply = null;
        if (!IsKnown(method.ReturnType))
            return false;
        if (!method.ReturnsByRef && !method.ReturnsByRefReadonly && method.ReturnType is INamedTypeSymbol type)
        {
            reply = type.TypeArguments.FirstOrDefault();
            switch (CSharp.NameOf(type.OriginalDefinition))
            {
                case "global::System.Threading.Tasks.Task":
                case "global::System.Threading.Tasks.ValueTask":
                case "global::System.Threading.Tasks.Task<TResult>":
                case "global::System.Threading.Tasks.ValueTask<TResult>":
                    return reply is null || IsKnown(reply);
            }
        }
        Report(Places.ReturnType(method), Diagnostics.NotAwaited, method.Name, CSharp.Short(method.ReturnType));
        return false;
    }

    private static ParameterRole RoleOf(IParameterSymbol parameter) => CSharp.NameOf(parameter.Type) switch
    {
        "global::FrameRpc.Protocol.Client.CallOptions" => ParameterRole.Options,
        "global::System.Threading.CancellationToken" => ParameterRole.Cancel,
        _ => ParameterRole.Body,
    };

    private static string Describe(ParameterRole role) => role switch
    {
        ParameterRole.Options => "CallOptions",
        ParameterRole.Cancel => "CancellationToken",
        _ => "body",
    };

    private static string NameWithoutI(string name) => name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name.Substring(1) : name;

    private static string NameWithoutAsync(string name)
    {
        const string Suffix = "Async";
        return name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name.Substring(0, name.Length - Suffix.Length) : name;
    }
}
