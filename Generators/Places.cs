using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FrameRpc.Generators;

/// <summary>The source locations of the parts of an interface, for diagnostics.</summary>
internal static class Places
{
    public static Location Name(ISymbol symbol) => symbol.Locations[0];

    public static Location ReturnType(IMethodSymbol method) =>
        method.DeclaringSyntaxReferences[0].GetSyntax() is MethodDeclarationSyntax syntax ? syntax.ReturnType.GetLocation() : Name(method);

    public static Location Type(IParameterSymbol parameter) =>
        parameter.DeclaringSyntaxReferences[0].GetSyntax() is ParameterSyntax { Type: { } type } ? type.GetLocation() : Name(parameter);

    /// <summary>The attribute's first argument, or else the attribute.</summary>
    public static Location Argument(AttributeData attribute) =>
        attribute.ApplicationSyntaxReference?.GetSyntax() is not AttributeSyntax syntax ? Location.None
            : syntax.ArgumentList is { Arguments: { Count: > 0 } arguments } ? arguments[0].GetLocation()
            : syntax.GetLocation();
}
