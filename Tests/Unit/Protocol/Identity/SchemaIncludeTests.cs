using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class SchemaIncludeTests
{
    private const string Main = "include \"types.fbs\"; namespace n; rpc_service S { M(T):T; }";

    [Test]
    public async Task Types_of_an_included_file_are_known() =>
        await Assert.That(OnlyMethod(Main, ("types.fbs", "namespace n; table T {}")).Request).IsEqualTo("n::T");

    [Test]
    public async Task A_namespace_does_not_reach_from_one_file_into_the_other()
    {
        await Assert.That(OnlyMethod("include \"types.fbs\"; table T {} rpc_service S { M(T):T; }", ("types.fbs", "namespace n; table T {}")).Request)
            .IsEqualTo("T");
        await Assert.That(OnlyMethod("include \"types.fbs\"; namespace n; rpc_service S { M(T):T; }", ("types.fbs", "table T {}")).Request).IsEqualTo("T");
    }

    [Test]
    public async Task Services_of_included_files_come_first() => await Assert.That(Schema.Parse(
            "include \"a.fbs\"; rpc_service B { M(T):T; }",
            "main.fbs",
            GivenSchema.Files(("a.fbs", "table T {} rpc_service A { M(T):T; }"))).Services.Select(s => s.Name)).IsSequence(["A", "B"]);

    [Test]
    public async Task A_file_is_looked_for_beside_the_one_that_includes_it()
    {
        var schema = Schema.Load("schemas/main.fbs", GivenSchema.Files(
            ("schemas/main.fbs", "include \"sub/a.fbs\"; rpc_service S { M(A):B; }"),
            ("schemas/sub/a.fbs", "include \"b.fbs\"; include \"../c.fbs\"; table A {}"),
            ("schemas/sub/b.fbs", "include \"/etc/d.fbs\"; table B {}"),
            ("schemas/sub/../c.fbs", ""),
            ("/etc/d.fbs", "")));

        await Assert.That((await Assert.That(schema.Services).HasSingleItem()).Name).IsEqualTo("S");
    }

    [Test]
    public async Task Files_that_include_each_other_are_read_once()
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

        await Assert.That(read).IsSequence(["main.fbs", "a.fbs", "b/b.fbs"]);
        await Assert.That((await Assert.That(schema.Services).HasSingleItem()).Name).IsEqualTo("S");
    }

    [Test]
    [Arguments("\"types.fbs\"", "types.fbs: no such file")]
    [Arguments("\"sub/types.fbs\"", "sub/types.fbs: no such file")]
    [Arguments("\"\"", "is not a file name; write a path relative to this schema")]
    [Arguments("\"a\\u0000b\"", "is not a file name; write a path relative to this schema")]
    public async Task A_file_that_is_missing_is_told_where_it_is_included(string path, string mistake) =>
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Parse($"\ninclude {path};", "main.fbs", GivenSchema.Files())))
            .IsSequence([$"main.fbs:2:9: {mistake}"]);

    [Test]
    public async Task A_file_that_cannot_be_read_is_told_where_it_is_included()
    {
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Parse(Main, "main.fbs", _ => throw new IOException("gone"))))
            .IsSequence(["main.fbs:1:9: types.fbs: cannot be read: gone"]);
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load("main.fbs", _ => throw new UnauthorizedAccessException("gone"))))
            .IsSequence(["main.fbs: cannot be read: gone"]);
    }

    [Test]
    public async Task Text_alone_includes_nothing() =>
        await Assert.That(GivenSchema.Mistakes(Main)).IsSequence(["demo.fbs:1:9: a schema that is given as text cannot include others"]);

    [Test]
    public async Task A_mistake_in_an_included_file_is_told_with_its_name() =>
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Parse("include \"sub/a.fbs\";", "main.fbs", GivenSchema.Files(("sub/a.fbs", "\ntable {}")))))
            .IsSequence(["sub/a.fbs:2:7: expected the table's name, found a symbol"]);

    [Test]
    public async Task A_name_given_in_two_files_is_told_with_both() =>
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Parse("include \"a.fbs\";      table T {}", "main.fbs", GivenSchema.Files(("a.fbs", "table T {}")))))
            .IsSequence(["main.fbs:1:29: type \"T\" is already defined at a.fbs:1:7; rename one of them"]);

    [Test]
    [Arguments(Schema.IncludeDepthMax, true)]
    [Arguments(Schema.IncludeDepthMax + 1, false)]
    public async Task Includes_have_a_bound_in_depth(int depth, bool right)
    {
        string? Read(string path) => path == $"{depth}.fbs" ? "" : $"include \"{int.Parse(path[..^4], null) + 1}.fbs\";";

        if (right)
            await Assert.That(Schema.Load("0.fbs", Read).Services).IsEmpty();
        else
            await Assert.That(GivenSchema.MistakesOf(() => Schema.Load("0.fbs", Read)))
                .IsSequence(["32.fbs:1:9: schemas may include each other at most 32 deep, and this is deeper"]);
    }

    [Test]
    public async Task Includes_have_a_bound_in_number()
    {
        string most = string.Concat(Enumerable.Range(1, Schema.FilesMax - 1).Select(i => $"include \"{i}.fbs\";\n"));

        await Assert.That(Schema.Parse(most, "main.fbs", _ => "").Services).IsEmpty();
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Parse(most + "include \"x\";", "main.fbs", _ => "")))
            .IsSequence(["main.fbs:256:9: a schema may include at most 255 others, and this is one more"]);
    }

    [Test]
    public async Task All_files_share_the_bound_in_length() =>
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Parse("include \"a\";     include \"b\";", "main.fbs", _ => new string('\n', Schema.CharsMax / 2))))
            .IsSequence(["main.fbs:1:26: a schema may have at most 1048576 characters, including its includes, and this has more"]);

    private static SchemaMethod OnlyMethod(string text, params (string Path, string Text)[] files) =>
        Schema.Parse(text, "main.fbs", GivenSchema.Files(files)).Services.Single().Methods.Single();
}
