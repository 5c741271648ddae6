namespace FrameRpc.Protocol.Identity;

/// <summary>Names with their namespace, as written in schemas.</summary>
internal static class SchemaNames
{
    public static string Join(string inNamespace, string name) => inNamespace.Length == 0 ? name : $"{inNamespace}.{name}";

    /// <summary><c>a.b</c>, <c>a</c> and the global namespace, for <c>a.b</c>.</summary>
    public static IEnumerable<string> Outwards(string inNamespace)
    {
        for (int end = inNamespace.Length; end > 0; end = Math.Max(0, inNamespace.LastIndexOf('.', end - 1)))
            yield return inNamespace[..end];
        yield return "";
    }
}
