namespace FrameRpc.Protocol.Services;

/// <summary>Makes an interface a service of the smf format: each of its methods is one of a FlatBuffers <c>rpc_service</c>, and the compiler writes both ends of the call.</summary>
/// <remarks>
/// <para>
/// For <c>IStorage</c> there are then <c>StorageClient</c>, which is an <c>IStorage</c> over an smf client; <c>MapStorage</c>, which lets an smf server serve an
/// <c>IStorage</c>; and <c>StorageIds</c>, with the request ids and the routes for <c>gateway.json</c>.
/// </para>
/// <para>
/// A method returns <see cref="Task{T}"/> or <see cref="ValueTask{T}"/>. It takes one request, at most one <see cref="Client.CallOptions"/>, which the client obeys and
/// the service gets as <c>default</c>, and at most one <see cref="CancellationToken"/>. Request and reply are each an <see cref="ISmfPayload{TSelf}"/>, or the
/// payload's bytes as a <see cref="ReadOnlyMemory{T}"/>, which on the server may be read until the method has completed.
/// </para>
/// <para>
/// Ids are computed of the schema's type names. The name of an <see cref="ISmfPayload{TSelf}"/> is its C# name in <see cref="Namespace"/>, unless
/// <see cref="SmfMethodAttribute"/> says another; that of bytes is always said there.
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

    /// <summary>The schema's namespace, as <c>smf_gen.demo</c> or <c>smf_gen::demo</c>; by default there is none.</summary>
    public string? Namespace { get; init; }
}
