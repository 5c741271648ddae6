namespace FrameRpc.Protocol.Services;

/// <summary>Names the endpoint of a method of a <see cref="FrameServiceAttribute">frame service</see>.</summary>
/// <remarks>Without it, the endpoint is the method's own name without a trailing <c>Async</c>.</remarks>
/// <param name="name">1 to 255 characters, none of them a control character.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FrameEndpointAttribute(string name) : Attribute
{
    /// <summary>The endpoint.</summary>
    public string Name => name;
}
