using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class BrokenSchemaTests
{
    [Test]
    [Arguments("tabel T {}", "1:1: expected a declaration, found a word; did you mean \"table\"?")]
    [Arguments("table T {}\n  };", "2:3: expected a declaration, found a symbol; one begins with namespace, table, struct, enum, union, rpc_service, root_type, attribute, file_identifier, file_extension")]
    [Arguments("\"table\" T {}", "1:1: expected a declaration, found a string; did you mean \"table\"?")]
    [Arguments("namespace a.;", "1:13: expected a name after \".\", found a symbol")]
    [Arguments("namespace a\ntable T {}", "2:1: expected \";\" after the namespace, found a word")]
    [Arguments("namespace 1;", "1:11: expected the namespace, found a number")]
    [Arguments("table {}", "1:7: expected the table's name, found a symbol")]
    [Arguments("table T ;", "1:9: expected \"{\" before the body of the table, found a symbol")]
    [Arguments("enum E : {}", "1:10: expected the type of the enum's values, found a symbol")]
    [Arguments("union", "1:6: expected the union's name, found the end of the file")]
    [Arguments("root_type T", "1:12: expected \";\" after the type, found the end of the file")]
    [Arguments("attribute ;", "1:11: expected the attribute's name, found a symbol")]
    [Arguments("file_identifier DEMO;", "1:17: expected a string after \"file_identifier\", found a word")]
    [Arguments("include other;", "1:9: expected the file in quotes after \"include\", found a word")]
    [Arguments("include \"other.fbs\"", "1:20: expected \";\" after the file, found the end of the file")]
    [Arguments("table T {}\ninclude \"other.fbs\";", "2:1: \"include\" is allowed only before everything else; move it to the beginning of the file")]
    [Arguments("table T {\n x:int;\n", "3:1: the body of the table, which begins at demo.fbs:1:9, has no end before the end of the file; write \"}\" after it")]
    [Arguments("struct T {\ntable U {}", "2:9: the body of the struct, which begins at demo.fbs:1:10, has no end before a symbol; write \"}\" after it")]
    [Arguments("table T { x:int (a; }", "1:19: the parenthesis that begins at demo.fbs:1:17 has no end before a symbol; write \")\"")]
    [Arguments("table T (a: (b) {}", "1:17: the parenthesis that begins at demo.fbs:1:9 has no end before a symbol; write \")\"")]
    [Arguments("rpc_service {}", "1:13: expected the service's name, found a symbol")]
    [Arguments("rpc_service S ;", "1:15: expected \"{\" before the methods, found a symbol")]
    [Arguments("rpc_service S {}", "1:16: expected a method, as in \"Get(Request):Reply;\", found a symbol")]
    [Arguments("rpc_service S { M T):T; }", "1:19: expected \"(\" after the method's name, found a word")]
    [Arguments("rpc_service S { M():T; }", "1:19: expected the type of the request, found a symbol")]
    [Arguments("rpc_service S { M(T:T; }", "1:20: expected \")\" after the request, found a symbol")]
    [Arguments("rpc_service S { M(T) T; }", "1:22: expected \":\" before the reply, found a word")]
    [Arguments("rpc_service S { M(T):[T]; }", "1:22: expected the type of the reply, found a symbol")]
    [Arguments("rpc_service S { M(T):T }", "1:24: expected \";\" after the method, found a symbol")]
    [Arguments("rpc_service S { M(T):T;", "1:24: expected a method, as in \"Get(Request):Reply;\", found the end of the file")]
    public async Task What_breaks_the_grammar_is_told_where_it_does(string text, string mistake) =>
        await Assert.That(GivenSchema.Mistakes(text)).IsSequence([$"demo.fbs:{mistake}"]);

    [Test]
    [Arguments("table T {} #", "1:12: this character is not allowed in a schema; remove it")]
    [Arguments("table Größe {}", "1:9: this character is not allowed in a schema; remove it")]
    [Arguments("table T {}\r\n\0", "2:1: this character is not allowed in a schema; remove it")]
    [Arguments("table T {} /", "1:12: this character is not allowed in a schema; remove it")]
    [Arguments("table T {}\n /* a\nb", "2:2: the comment that begins here does not end; write \"*/\" after it")]
    [Arguments("/* a\n\n*/ /*/", "3:4: the comment that begins here does not end; write \"*/\" after it")]
    [Arguments("file_extension \"bin;\n\"", "1:16: the string that begins here does not end in its line; write \" after it")]
    [Arguments("file_extension 'bin\"", "1:16: the string that begins here does not end in its line; write ' after it")]
    [Arguments("file_extension \"b\tn\";", "1:18: this character is not allowed in a string; remove it")]
    [Arguments("file_extension \"b\\q\";", "1:18: unknown escape; write \\\\ for a backslash")]
    [Arguments("file_extension \"b\\", "1:18: unknown escape; write \\\\ for a backslash")]
    [Arguments("file_extension \"b\\x4\";", "1:18: the escape \\x takes 2 hexadecimal digits")]
    [Arguments("file_extension \"b\\u004", "1:18: the escape \\u takes 4 hexadecimal digits")]
    [Arguments("\uFEFFtabel T {}", "1:1: expected a declaration, found a word; did you mean \"table\"?")]
    public async Task What_is_no_word_is_told_where_it_begins(string text, string mistake) =>
        await Assert.That(GivenSchema.Mistakes(text)).IsSequence([$"demo.fbs:{mistake}"]);

    [Test]
    [Arguments("Reqest", "; did you mean \"Request\"?")]
    [Arguments("request", "; did you mean \"Request\"?")]
    [Arguments("Elsewhere", "; did you mean \"other.Elsewhere\"?")]
    [Arguments("othr.Elsewhere", "; did you mean \"other.Elsewhere\"?")]
    [Arguments("x.Request", "; did you mean \"n.m.Request\"?")]
    [Arguments("n.m.Reqest", "; did you mean \"n.m.Request\"?")]
    [Arguments("Colr", "; define it, or include the file that does")]
    [Arguments("string", "; define it, or include the file that does")]
    public async Task An_unknown_type_is_told_with_the_one_that_was_meant(string written, string clause) => await Assert.That(GivenSchema.Mistakes(
            $$"""
            namespace other; table Elsewhere {}
            namespace n.m; table Request {} enum Color : byte { Red } rpc_service S {
              Get({{written}}):Request; }
            """)).IsSequence([$"demo.fbs:3:7: type \"{written}\" is not defined{clause}"]);

    [Test]
    public async Task What_is_only_wrong_between_declarations_is_told_all_at_once() => await Assert.That(GivenSchema.Mistakes(
            """
            table T {} struct P { x:int; } union Any { T }
            enum Color : byte { Red }
            table T {}
            rpc_service S {
              M(T):T;
              M(Color):P;
            }
            rpc_service S { N(Any):X; }
            """)).IsSequence([
            "demo.fbs:3:7: type \"T\" is already defined at demo.fbs:1:7; rename one of them",
            "demo.fbs:6:3: service \"S\" already has a method \"M\" at demo.fbs:5:3; rename one of them",
            "demo.fbs:8:13: service \"S\" is already defined at demo.fbs:4:13; rename one of them",
            "demo.fbs:6:5: \"Color\" is an enum; the request and the reply of a method are tables",
            "demo.fbs:6:12: \"P\" is a struct; the request and the reply of a method are tables",
            "demo.fbs:8:19: \"Any\" is a union; the request and the reply of a method are tables",
            "demo.fbs:8:24: type \"X\" is not defined; define it, or include the file that does",
        ]);

    [Test]
    public async Task A_name_given_twice_is_told_once() =>
        await Assert.That(GivenSchema.Mistakes("table T {}\nrpc_service S { M(T):T;  M(T):T; }\nrpc_service S { M(T):T; }")).IsSequence([
            "demo.fbs:2:26: service \"S\" already has a method \"M\" at demo.fbs:2:17; rename one of them",
            "demo.fbs:3:13: service \"S\" is already defined at demo.fbs:2:13; rename one of them",
        ]);

    [Test]
    public async Task Two_methods_with_one_id_are_both_named() => await Assert.That(GivenSchema.Mistakes(
            """
            namespace t; table T {}
            namespace a; rpc_service S {Get(t.T):t.T; }
            namespace b; rpc_service S {Get(t.T):t.T; }
            """)).IsSequence([$"demo.fbs:3:29: b.S.Get has the request id {RequestId.ForMethod("S", "Get", "t::T", "t::T")}, which is already used by a.S.Get at demo.fbs:2:29; rename one of them"]);

    [Test]
    public async Task Enough_mistakes_are_told_and_no_more()
    {
        string methods = string.Concat(Enumerable.Range(0, 1000).Select(i => $"M{i}(T):Nowhere;"));

        await Assert.That(GivenSchema.Mistakes($"table T {{}} rpc_service S {{ {methods} }}").Length).IsEqualTo(Schema.MistakesMax);
    }

    [Test]
    [Arguments("table {0} {{}}", 255)]
    [Arguments("namespace n; table {0} {{}}", 253)]
    [Arguments("namespace {0};", 255)]
    [Arguments("namespace n.{0};", 253)]
    [Arguments("rpc_service {0} {{ M(T):T; }} table T {{}}", 255)]
    public async Task A_name_with_its_namespace_has_a_bound(string schema, int chars)
    {
        string longest = string.Format(null, schema, new string('n', chars));
        string tooLong = string.Format(null, schema, new string('n', chars + 1));

        Assert.NotNull(Schema.Parse(longest, "demo.fbs"));
        await Assert.That(await Assert.That(GivenSchema.Mistakes(tooLong)).HasSingleItem()).Contains("255", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_schema_has_a_bound()
    {
        string longest = "//" + new string('-', Schema.CharsMax - 2);

        await Assert.That(Schema.Parse(longest, "demo.fbs").Services).IsEmpty();
        await Assert.That(GivenSchema.Mistakes(longest + "-"))
            .IsSequence(["demo.fbs: a schema may have at most 1048576 characters, including its includes, and this has more"]);
    }
}
