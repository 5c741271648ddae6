namespace FrameRpc.Protocol.Services;

/// <summary>Says the names that a method of an <see cref="SmfServiceAttribute">smf service</see> has in the schema, where C#'s do not say them.</summary>
/// <param name="name">The method; by default the C# method's name without a trailing <c>Async</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmfMethodAttribute(string? name = null) : Attribute
{
    /// <summary>The method.</summary>
    public string? Name => name;

    /// <summary>The request's type with its namespace, as <c>smf_gen::demo::Request</c>.</summary>
    public string? Request { get; init; }

    /// <summary>The reply's type, written the same way.</summary>
    public string? Reply { get; init; }
}
