namespace FrameRpc.Protocol.Services;

/// <summary>Makes an interface a service of the smf format: an <c>rpc_service</c> of FlatBuffers, with generated client and server code.</summary>
/// <remarks>
/// <para>
/// For <c>IStorage</c> the generator writes <c>StorageClient</c>, which is an <c>IStorage</c> over a <see cref="Client.SmfClient"/>; <c>MapStorage</c>, which
/// lets a <see cref="Server.SmfServer"/> serve an <c>IStorage</c>; and <c>StorageIds</c>, with the request ids and the routes for <c>gateway.json</c>.
/// </para>
/// <para>
/// A method returns <see cref="Task{T}"/> or <see cref="ValueTask{T}"/>. It takes one request, at most one <see cref="Client.CallOptions"/>, which applies
/// to the client and is <c>default</c> in the service, and at most one <see cref="CancellationToken"/>. Request and reply are each an
/// <see cref="ISmfPayload{TSelf}"/>, or the payload's bytes as a <see cref="ReadOnlyMemory{T}"/>, which the service may read until its method has completed.
/// </para>
/// <para>
/// Ids are computed from the schema's type names. The name of an <see cref="ISmfPayload{TSelf}"/> is its C# name in <see cref="Namespace"/>, unless
/// <see cref="SmfMethodAttribute"/> sets another; for bytes it must be set there.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// [SmfService("SmfStorage", Namespace = "smf_gen.demo")]
/// public interface IStorage
/// {
///     Task&lt;Response&gt; GetAsync(Request request, CancellationToken cancel = default);
/// }
/// </code>
/// </example>
/// <param name="name">The <c>rpc_service</c>, without its namespace.</param>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public sealed class SmfServiceAttribute(string name) : Attribute
{
    /// <summary>The <c>rpc_service</c>, without its namespace.</summary>
    public string Name => name;

    /// <summary>The schema's namespace, as <c>smf_gen.demo</c> or <c>smf_gen::demo</c>; none by default.</summary>
    public string? Namespace { get; init; }
}

/// <summary>Sets the names of a method of an <see cref="SmfServiceAttribute">smf service</see> in the schema, where they differ from C#'s.</summary>
/// <param name="name">The method; by default the C# method's name without a trailing <c>Async</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmfMethodAttribute(string? name = null) : Attribute
{
    /// <summary>The method.</summary>
    public string? Name => name;

    /// <summary>The request's type with its namespace: <c>smf_gen::demo::Request</c>.</summary>
    public string? Request { get; init; }

    /// <summary>The reply's type, written the same way.</summary>
    public string? Reply { get; init; }
}
