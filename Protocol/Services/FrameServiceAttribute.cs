using System.Text.Json.Serialization;

namespace FrameRpc.Protocol.Services;

/// <summary>Makes an interface a service of the frame format: each of its methods is an endpoint, with generated client and server code.</summary>
/// <remarks>
/// <para>
/// For <c>IGreeter</c> the generator writes <c>GreeterClient</c>, which is an <c>IGreeter</c> over a <see cref="Client.FrameClient"/>; <c>MapGreeter</c>,
/// which lets a <see cref="Server.FrameServer"/> serve an <c>IGreeter</c>; and <c>GreeterIds</c>, with the endpoints, their request ids and the routes for
/// <c>gateway.json</c>.
/// </para>
/// <para>
/// A method returns <see cref="Task"/>, <see cref="ValueTask"/>, or one of them with a reply. It takes at most one body, one
/// <see cref="Client.CallOptions"/>, which applies to the client and is <c>default</c> in the service, and one <see cref="CancellationToken"/>. Body and reply
/// are each a type that the context declares with <see cref="JsonSerializableAttribute"/>, or octets: <see cref="Stream"/>,
/// <see cref="System.IO.Pipelines.PipeReader"/>, <see cref="ReadOnlyMemory{T}"/>, <see cref="System.Buffers.ReadOnlySequence{T}"/> or an array of bytes.
/// </para>
/// <para>
/// The call takes ownership of a stream or pipe: the side that passes it in or returns it must not use it again, and the side that gets it disposes or
/// completes it. That of a reply occupies its connection until then. Octets received in memory are at most 4 MiB (4,194,304 bytes).
/// </para>
/// </remarks>
/// <example>
/// <code>
/// [FrameService(typeof(GreeterJson))]
/// public interface IGreeter
/// {
///     Task&lt;Greeting&gt; GreetAsync(Name name, CancellationToken cancel = default);
/// }
///
/// await using var server = new FrameServer("127.0.0.1:8888").MapGreeter(new Greeter());
/// await using var client = new FrameClient("127.0.0.1:8888");
/// Greeting greeting = await new GreeterClient(client).GreetAsync(new Name("Ada"));
/// </code>
/// </example>
/// <param name="jsonContext">A <see cref="JsonSerializerContext"/>; a service whose methods take and return octets alone needs none.</param>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public sealed class FrameServiceAttribute(Type? jsonContext = null) : Attribute
{
    /// <summary>The context that declares the JSON types.</summary>
    public Type? JsonContext => jsonContext;
}

/// <summary>Names the endpoint of a method of a <see cref="FrameServiceAttribute">frame service</see>.</summary>
/// <remarks>Without it, the endpoint is the method's own name without a trailing <c>Async</c>.</remarks>
/// <param name="name">1 to 255 characters, none of them a control character.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FrameEndpointAttribute(string name) : Attribute
{
    /// <summary>The endpoint.</summary>
    public string Name => name;
}
