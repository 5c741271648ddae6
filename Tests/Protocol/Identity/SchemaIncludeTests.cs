using FrameRpc.Protocol.Identity;
using Xunit;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class SchemaIncludeTests
{
    private const string Main = "include \"types.fbs\"; namespace n; rpc_service S { M(T):T; }";

    [Fact]
    public void Types_of_an_included_file_are_known() => Assert.Equal("n::T", OnlyMethod(Main, ("types.fbs", "namespace n; table T {}")).Request);

    [Fact]
    public void A_namespace_does_not_reach_from_one_file_into_the_other()
    {
        Assert.Equal("T", OnlyMethod("include \"types.fbs\"; table T {} rpc_service S { M(T):T; }", ("types.fbs", "namespace n; table T {}")).Request);
        Assert.Equal("T", OnlyMethod("include \"types.fbs\"; namespace n; rpc_service S { M(T):T; }", ("types.fbs", "table T {}")).Request);
    }

    [Fact]
    public void Services_of_included_files_come_first() => Assert.Equal(
        ["A", "B"],
        Schema.Parse(
            "include \"a.fbs\"; rpc_service B { M(T):T; }",
            "main.fbs",
            GivenSchema.Files(("a.fbs", "table T {} rpc_service A { M(T):T; }"))).Services.Select(s => s.Name));

    [Fact]
    public void A_file_is_looked_for_beside_the_one_that_includes_it()
    {
        var schema = Schema.Load("schemas/main.fbs", GivenSchema.Files(
            ("schemas/main.fbs", "include \"sub/a.fbs\"; rpc_service S { M(A):B; }"),
            ("schemas/sub/a.fbs", "include \"b.fbs\"; include \"../c.fbs\"; table A {}"),
            ("schemas/sub/b.fbs", "include \"/etc/d.fbs\"; table B {}"),
            ("schemas/sub/../c.fbs", ""),
            ("/etc/d.fbs", "")));

        Assert.Equal("S", Assert.Single(schema.Services).Name);
    }

    [Fact]
    public void Files_that_include_each_other_are_read_once()
    {
        var read = new List<string>();
        SchemaFileReader files = GivenSchema.Files(
            ("main.fbs", "include \"a.fbs\"; include \"./main.fbs\"; include \"b/../a.fbs\"; rpc_service S { M(A):B; } table M {}"),
            ("a.fbs", "include \"b/b.fbs\"; table A {}"),
            ("b/b.fbs", "include \"../a.fbs\"; include \"../main.fbs\"; table B {}"));

        var schema = Schema.Load("main.fbs", path =>
        {
            read.Add(path);
            return files(path);
        });

        Assert.Equal(["main.fbs", "a.fbs", "b/b.fbs"], read);
        Assert.Equal("S", Assert.Single(schema.Services).Name);
    }

    [Theory]
    [InlineData("\"types.fbs\"", "types.fbs: there is no such file")]
    [InlineData("\"sub/types.fbs\"", "sub/types.fbs: there is no such file")]
    [InlineData("\"\"", "is no name of a file; write the path of a schema beside this one")]
    [InlineData("\"a\\u0000b\"", "is no name of a file; write the path of a schema beside this one")]
    public void A_file_that_is_missing_is_told_where_it_is_included(string path, string mistake) => Assert.Equal(
        [$"main.fbs:2:9: {mistake}"],
        GivenSchema.MistakesOf(() => Schema.Parse($"\ninclude {path};", "main.fbs", GivenSchema.Files())));

    [Fact]
    public void A_file_that_cannot_be_read_is_told_where_it_is_included()
    {
        Assert.Equal(
            ["main.fbs:1:9: types.fbs: cannot be read: gone"],
            GivenSchema.MistakesOf(() => Schema.Parse(Main, "main.fbs", _ => throw new IOException("gone"))));
        Assert.Equal(["main.fbs: cannot be read: gone"], GivenSchema.MistakesOf(() => Schema.Load("main.fbs", _ => throw new UnauthorizedAccessException("gone"))));
    }

    [Fact]
    public void Text_alone_includes_nothing() =>
        Assert.Equal(["demo.fbs:1:9: a schema that is given as text alone cannot include others"], GivenSchema.Mistakes(Main));

    [Fact]
    public void A_mistake_in_an_included_file_is_told_with_its_name() => Assert.Equal(
        ["sub/a.fbs:2:7: expected the table's name, found a symbol"],
        GivenSchema.MistakesOf(() => Schema.Parse("include \"sub/a.fbs\";", "main.fbs", GivenSchema.Files(("sub/a.fbs", "\ntable {}")))));

    [Fact]
    public void A_name_given_in_two_files_is_told_with_both() => Assert.Equal(
        ["main.fbs:1:29: type \"T\" is already defined at a.fbs:1:7; rename one of them"],
        GivenSchema.MistakesOf(() => Schema.Parse("include \"a.fbs\";      table T {}", "main.fbs", GivenSchema.Files(("a.fbs", "table T {}")))));

    [Theory]
    [InlineData(Schema.IncludeDepthMax, true)]
    [InlineData(Schema.IncludeDepthMax + 1, false)]
    public void Includes_have_a_bound_in_depth(int depth, bool right)
    {
        string? Read(string path) => path == $"{depth}.fbs" ? "" : $"include \"{int.Parse(path[..^4], null) + 1}.fbs\";";

        if (right)
            Assert.Empty(Schema.Load("0.fbs", Read).Services);
        else
            Assert.Equal(["32.fbs:1:9: schemas may include each other 32 deep, and this is deeper"], GivenSchema.MistakesOf(() => Schema.Load("0.fbs", Read)));
    }

    [Fact]
    public void Includes_have_a_bound_in_number()
    {
        string most = string.Concat(Enumerable.Range(1, Schema.FilesMax - 1).Select(i => $"include \"{i}.fbs\";\n"));

        Assert.Empty(Schema.Parse(most, "main.fbs", _ => "").Services);
        Assert.Equal(
            ["main.fbs:256:9: a schema may include up to 255 others, and this is one more"],
            GivenSchema.MistakesOf(() => Schema.Parse(most + "include \"x\";", "main.fbs", _ => "")));
    }

    [Fact]
    public void All_files_share_the_bound_in_length() => Assert.Equal(
        ["main.fbs:1:26: a schema may have 1048576 characters, with all that it includes, and this has more"],
        GivenSchema.MistakesOf(() => Schema.Parse("include \"a\";     include \"b\";", "main.fbs", _ => new string('\n', Schema.CharsMax / 2))));

    private static SchemaMethod OnlyMethod(string text, params (string Path, string Text)[] files) =>
        Assert.Single(Assert.Single(Schema.Parse(text, "main.fbs", GivenSchema.Files(files)).Services).Methods);
}
