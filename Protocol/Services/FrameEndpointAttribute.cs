namespace FrameRpc.Protocol.Services;

/// <summary>Gives a method of a <see cref="FrameServiceAttribute">frame service</see> another endpoint than its own name without a trailing <c>Async</c>.</summary>
/// <param name="name">1 to 255 characters, none of them a control character.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FrameEndpointAttribute(string name) : Attribute
{
    /// <summary>The endpoint.</summary>
    public string Name => name;
}
