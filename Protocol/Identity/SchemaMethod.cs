namespace FrameRpc.Protocol.Identity;

/// <summary>A method of a service of a schema, and the id that it has on the wire.</summary>
/// <param name="Service">The service's name without its namespace: <c>SmfStorage</c>.</param>
/// <param name="Name">The method's name: <c>Get</c>.</param>
/// <param name="Request">The table that it takes, its namespace joined by <c>::</c>, as in <c>smf_gen::demo::Request</c>.</param>
/// <param name="Reply">The table that it answers with, written the same way.</param>
public sealed record SchemaMethod(string Service, string Name, string Request, string Reply)
{
    /// <summary>As smf's code generator computes it; see <see cref="RequestId.ForMethod"/>.</summary>
    public RequestId Id { get; } = RequestId.ForMethod(Service, Name, Request, Reply);
}
