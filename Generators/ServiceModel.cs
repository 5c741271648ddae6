namespace FrameRpc.Generators;

/// <summary>The description of a service: text and numbers, nothing of the compilation.</summary>
/// <param name="Format">Its wire format.</param>
/// <param name="Namespace">The namespace of the generated types; null for the global one.</param>
/// <param name="Interface">The interface's full name, as code.</param>
/// <param name="Name">The interface's name without the I, the base of the generated names.</param>
/// <param name="IsPublic">Whether the generated types are public, as the interface is.</param>
/// <param name="JsonContext">The full name of the JSON context, as code.</param>
/// <param name="Methods">In the order of the interface.</param>
internal sealed record ServiceModel(
    ServiceFormat Format, string? Namespace, string Interface, string Name, bool IsPublic, string? JsonContext, EquatableList<MethodModel> Methods)
{
    public string Accessibility => IsPublic ? "public" : "internal";

    public string Ids => $"global::{(Namespace is null ? "" : Namespace + ".")}{Name}Ids";

    /// <summary>Each JSON type once.</summary>
    public IEnumerable<string> JsonTypes =>
        Methods.SelectMany(method => new[] { method.Request, method.Reply }).Where(body => body.Kind is BodyKind.Json).Select(body => body.Type).Distinct();
}

internal enum ServiceFormat
{
    Frame,
    Smf,
}
