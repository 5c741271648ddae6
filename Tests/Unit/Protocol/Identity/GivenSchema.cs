using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

/// <summary>Schemas in memory.</summary>
internal static class GivenSchema
{
    /// <summary>The only method of a schema.</summary>
    public static SchemaMethod Method(string text) => Schema.Parse(text, "demo.fbs").Services.Single().Methods.Single();

    public static string[] Mistakes(string text) => MistakesOf(() => Schema.Parse(text, "demo.fbs"));

    public static string[] MistakesOf(Func<Schema> read)
    {
        SchemaException e = Assert.ThrowsExactly<SchemaException>(() => read());
        Must.Hold(e.Message == string.Join('\n', e.Mistakes));
        return [.. e.Mistakes.Select(m => m.ToString())];
    }

    public static SchemaFileReader Files(params (string Path, string Text)[] files) =>
        path => files.Where(file => file.Path == path).Select(file => file.Text).SingleOrDefault();
}
