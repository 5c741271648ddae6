namespace FrameRpc.Generators;

/// <summary>One call of a service.</summary>
/// <param name="Name">The method's name, as code.</param>
/// <param name="CallName">The name without <c>Async</c>, not as code; constants and the route are named after it.</param>
/// <param name="ReturnType">As code.</param>
internal sealed record MethodModel(
    string Name, string CallName, string ReturnType, EquatableList<ParameterModel> Parameters, BodyModel Request, BodyModel Reply, MethodIdentity Identity)
{
    /// <summary>The argument for a role; <c>default</c> if there is no such parameter.</summary>
    public string Argument(ParameterRole role) => Parameters.FirstOrDefault(parameter => parameter.Role == role)?.Name ?? "default";
}

/// <param name="Declaration">Type, name and default value, as code.</param>
/// <param name="Name">As code.</param>
internal sealed record ParameterModel(string Declaration, string Name, ParameterRole Role);

internal enum ParameterRole
{
    Body,
    Options,
    Cancel,
}
