using FrameRpc.Protocol.Identity;
using Xunit;

namespace FrameRpc.Tests.Protocol.Identity;

/// <summary>Schemas in memory.</summary>
internal static class GivenSchema
{
    /// <summary>The only method of a schema.</summary>
    public static SchemaMethod Method(string text) => Assert.Single(Assert.Single(Schema.Parse(text, "demo.fbs").Services).Methods);

    public static string[] Mistakes(string text) => MistakesOf(() => Schema.Parse(text, "demo.fbs"));

    public static string[] MistakesOf(Func<Schema> read)
    {
        SchemaException e = Assert.Throws<SchemaException>(read);
        Assert.Equal(string.Join('\n', e.Mistakes), e.Message);
        return [.. e.Mistakes.Select(m => m.ToString())];
    }

    public static SchemaFileReader Files(params (string Path, string Text)[] files) =>
        path => files.Where(file => file.Path == path).Select(file => file.Text).SingleOrDefault();
}
