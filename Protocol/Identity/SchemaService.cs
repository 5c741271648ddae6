namespace FrameRpc.Protocol.Identity;

/// <summary>An <c>rpc_service</c> of a schema.</summary>
/// <param name="Name">Without its namespace, as request ids are computed from it: <c>SmfStorage</c>.</param>
/// <param name="Namespace">As the schema writes it, <c>smf_gen.demo</c>; empty for the global one.</param>
/// <param name="Methods">In the order of the schema; at least one.</param>
public sealed record SchemaService(string Name, string Namespace, IReadOnlyList<SchemaMethod> Methods)
{
    /// <summary><c>smf_gen.demo.SmfStorage</c>: two namespaces may have a service of one name.</summary>
    public string QualifiedName => SchemaNames.Join(Namespace, Name);
}
