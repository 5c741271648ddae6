namespace FrameRpc.Generators;

/// <summary>One call of a service.</summary>
/// <param name="Name">The method's name, as code.</param>
/// <param name="CallName">It without <c>Async</c>, not as code: names of constants and of the route are made of it.</param>
/// <param name="ReturnType">As code.</param>
internal sealed record MethodModel(
    string Name, string CallName, string ReturnType, EquatableList<ParameterModel> Parameters, BodyModel Request, BodyModel Reply, MethodIdentity Identity)
{
    /// <summary>The argument that the caller gave in a role, or what stands for it.</summary>
    public string Argument(ParameterRole role) => Parameters.FirstOrDefault(parameter => parameter.Role == role)?.Name ?? "default";
}

/// <param name="Declaration">With type, name and default value, as code.</param>
/// <param name="Name">As code.</param>
internal sealed record ParameterModel(string Declaration, string Name, ParameterRole Role);

internal enum ParameterRole
{
    Body,
    Options,
    Cancel,
}
