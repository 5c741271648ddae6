namespace FrameRpc.Tests.Generators;

/// <summary>Every mistake that can be made in a service is a compile error where it was made. Each source is a namespace, and begins in line 1.</summary>
public sealed class MistakeTests
{
    private const string Octets = "octets are Stream, PipeReader, ReadOnlyMemory<byte>, ReadOnlySequence<byte> or byte[]";

    [Test]
    public Task FRPC001_a_generic_interface() => Refused(
        "[FrameService(typeof(Json))] interface IA<T> { Task A(); }",
        "1 `IA` FRPC001: 'IA<T>' is generic, but the types of a service must be known at compile time; write the types out");

    [Test]
    [Arguments("class Outer { [FrameService] public interface IA { Task A(); } }")]
    [Arguments("[FrameService] file interface IA { Task A(); }")]
    public async Task FRPC002_an_interface_that_generated_code_cannot_reach(string source)
    {
        string mistake = await Assert.That(Compiler.Mistakes(source)).HasSingleItem();
        await Assert.That(mistake).StartsWith("1 `IA` FRPC002: '");
        await Assert.That(mistake).EndsWith("is nested or file-local, where generated code cannot reach it; move it into a namespace");
    }

    [Test]
    public Task FRPC003_an_interface_that_derives_from_another() => Refused(
        "[FrameService] interface IA : IDisposable { Task A(); }",
        "1 `IA` FRPC003: 'IA' derives from 'IDisposable', whose members would not be calls; remove it, or make it a service of its own");

    [Test]
    [Arguments("int Size { get; }", "Size", "int IA.Size")]
    [Arguments("int this[int index] { set; }", "this", "int IA.this[int index]")]
    [Arguments("event Action Changed;", "Changed", "event Action IA.Changed")]
    [Arguments("static abstract Task Make();", "Make", "Task IA.Make()")]
    [Arguments("internal Task Hide();", "Hide", "Task IA.Hide()")]
    public Task FRPC004_a_member_that_is_no_call(string member, string name, string shown) => Refused(
        $$"""
        [FrameService]
        interface IA
        {
            {{member}}
        }
        """,
        $"4 `{name}` FRPC004: '{shown}' is not a public instance method, so it cannot be a call; make it one, or give it a body");

    [Test]
    public Task FRPC005_a_generic_method() => Refused(
        """
        [FrameService(typeof(Json))]
        interface IA
        {
            Task A<T>(T value);
        }
        """,
        "4 `A` FRPC005: 'Task IA.A<T>(T value)' is generic, but the types of a call must be known at compile time; write the types out");

    [Test]
    [Arguments("ref int value")]
    [Arguments("out int value")]
    [Arguments("in int value")]
    [Arguments("ref readonly int value")]
    public Task FRPC006_a_parameter_by_reference(string parameter) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ Task A({parameter}); }}",
        "1 `value` FRPC006: 'value' is passed by reference, which does not reach another process; remove ref, out or in, and return what changes");

    [Test]
    [Arguments("void")]
    [Arguments("string")]
    [Arguments("IAsyncEnumerable<int>")]
    [Arguments("Stream")]
    public Task FRPC007_a_method_that_is_not_awaited(string type) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {type} A(); }}",
        $"1 `{type}` FRPC007: 'A' returns '{type}', but calls are asynchronous; return Task, ValueTask, or one of them with a reply");

    [Test]
    [Arguments("Task A(Span<byte> bytes);", "Span<byte>", "Span<byte>", "it points into this process's memory; for octets use ReadOnlyMemory<byte>")]
    [Arguments("Task A(Stream? bytes);", "Stream?", "Stream?", "octets may be empty but not null; remove the question mark")]
    [Arguments("Task<byte[]?> A();", "Task<byte[]?>", "byte[]?", "octets may be empty but not null; remove the question mark")]
    public Task FRPC008_a_type_that_frame_cannot_carry(string method, string underlined, string type, string reason) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {method} }}",
        $"1 `{underlined}` FRPC008: '{type}' cannot be sent: {reason}");

    [Test]
    [Arguments("Task<Table> A(int number);", "int", "int", "for smf it must be an ISmfPayload of itself, or ReadOnlyMemory<byte>")]
    [Arguments("Task<string> A(Table table);", "Task<string>", "string", "for smf it must be an ISmfPayload of itself, or ReadOnlyMemory<byte>")]
    [Arguments("Task<Table> A(Derived table);", "Derived", "Derived", "for smf it must be an ISmfPayload of itself, or ReadOnlyMemory<byte>")]
    [Arguments("Task<Table?> A(Table table);", "Task<Table?>", "Table?", "an smf payload is never null; remove the question mark")]
    public Task FRPC008_a_type_that_smf_cannot_carry(string method, string underlined, string type, string reason) => Refused(
        $"[SmfService(\"S\")] interface IA {{ {method} }}" + Table,
        $"1 `{underlined}` FRPC008: '{type}' cannot be sent: {reason}");

    [Test]
    [Arguments("string a, int b", "b", "body")]
    [Arguments("Stream a, CancellationToken cancel, string b", "b", "body")]
    [Arguments("CallOptions a, CallOptions b", "b", "CallOptions")]
    [Arguments("CancellationToken a, string body, CancellationToken b", "b", "CancellationToken")]
    public Task FRPC009_more_than_one_of_a_kind(string parameters, string name, string kind) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ Task A({parameters}); }}",
        $"1 `{name}` FRPC009: 'A' has a second {kind}, '{name}', but a call has only one; combine them into one type");

    [Test]
    [Arguments("Task AAsync(); Task A(string text);", "A", "AAsync", "constant 'A'")]
    [Arguments("Task A(); Task AEndpoint();", "AEndpoint", "A", "constant 'AEndpoint'")]
    [Arguments("Task AEndpoint(); Task A();", "A", "AEndpoint", "constant 'AEndpoint'")]
    [Arguments("Task GetX(); Task Get_x();", "Get_x", "GetX", "route name 'get-x'")]
    [Arguments("Task GatewayRoutes();", "GatewayRoutes", "GatewayRoutes", "constant 'GatewayRoutes'")]
    [Arguments("Task AIds();", "AIds", "IA", "constant 'AIds'")]
    [Arguments("Task AClient();", "AClient", "IA", "member 'AClient' of the client")]
    [Arguments("Task _client();", "_client", "IA", "member '_client' of the client")]
    public Task FRPC010_two_methods_of_one_name(string methods, string later, string earlier, string what) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {methods} }}",
        $"1 `{later}` FRPC010: '{later}' and '{earlier}' both result in the {what}; calls are distinguished only by name, so rename one");

    [Test]
    public Task FRPC010_an_overload_though_it_has_another_endpoint() => Refused(
        """[FrameService(typeof(Json))] interface IA { Task A(); [FrameEndpoint("B")] Task A(int number); }""",
        "1 `A` FRPC010: 'A' and 'A' both result in the constant 'A'; calls are distinguished only by name, so rename one");

    [Test]
    public Task FRPC011_two_methods_of_one_endpoint() => Refused(
        """[FrameService] interface IA { Task A(); [FrameEndpoint("A")] Task B(); }""",
        "1 `B` FRPC011: 'B' and 'A' both have the endpoint \"A\"; change one with [FrameEndpoint]");

    [Test]
    public Task FRPC012_two_endpoints_of_one_id() => Refused(
        """[FrameService] interface IA { [FrameEndpoint("plumless")] Task A(); [FrameEndpoint("buckeroo")] Task B(); }""",
        $"1 `B` FRPC012: 'B' (\"buckeroo\") and 'A' (\"plumless\") {SameId("4ddb0c25")}");

    [Test]
    public Task FRPC012_two_smf_methods_of_one_id() => Refused(
        """[SmfService("S")] interface IA { Task<Table> A(Table t); [SmfMethod("A")] Task<Table> B(Table t); }""" + Table,
        $"1 `B` FRPC012: 'B' (S.A(Table):Table) and 'A' (S.A(Table):Table) {SameId("3f27f2e2")}");

    [Test]
    [Arguments("[FrameService] interface IA { [FrameEndpoint(\"\")] Task A(); }", "\"\"", "")]
    [Arguments("[FrameService] interface IA { [FrameEndpoint(\"a\\tb\")] Task A(); }", "\"a\\tb\"", "a\tb")]
    [Arguments("[SmfService(\"\")] interface IA { }", "\"\"", "")]
    [Arguments("[SmfService(\"S\")] interface IA { [SmfMethod(\"\")] Task<Table> A(Table t); }" + Table, "\"\"", "")]
    [Arguments("[SmfService(\"S\")] interface IA { [SmfMethod(Reply = \"\")] Task<Table> A(Table t); }" + Table, "Reply = \"\"", "")]
    public Task FRPC013_a_name_that_is_none(string source, string underlined, string name) => Refused(
        source, $"1 `{underlined}` FRPC013: \"{name}\" cannot be a name in a request id; write 1 to 255 characters, none of them a control character");

    [Test]
    public async Task FRPC013_a_name_that_is_too_long()
    {
        static string Named(int length) => $"[FrameService] interface IA {{ [FrameEndpoint(\"{new string('a', length)}\")] Task A(); }}";
        await Assert.That(Compiler.Mistakes(Named(255))).IsEmpty();
        await Assert.That(await Assert.That(Compiler.Mistakes(Named(256))).HasSingleItem()).Contains("FRPC013");
    }

    [Test]
    [Arguments("[FrameService]")]
    [Arguments("[FrameService(null)]")]
    public Task FRPC014_json_without_a_context(string attribute) => Refused(
        $$"""{{attribute}} interface IA { Task<string> A(); }""",
        "1 `Task<string>` FRPC014: 'string' would be JSON, but 'IA' has no context; "
            + $"write [FrameService(typeof(TheContext))] with a JsonSerializerContext that declares it; {Octets}");

    [Test]
    [Arguments("string")]
    [Arguments("int[]")]
    [Arguments("JsonSerializerContext")]
    [Arguments("Local")]
    public Task FRPC015_a_context_that_is_none(string type) => Refused(
        $"[FrameService(typeof({type}))] interface IA {{ Task<string> A(); }} file class Local() : JsonSerializerContext(null);",
        $"1 `typeof({type})` FRPC015: '{type}' cannot be the context: it must be a JsonSerializerContext that is accessible in the whole assembly");

    [Test]
    [Arguments("Task<DateTime> A();", "Task<DateTime>", "DateTime")]
    [Arguments("Task A(int? number);", "int?", "int?")]
    [Arguments("Task A(List<string> texts);", "List<string>", "List<string>")]
    [Arguments("Task A(Task<int> later);", "Task<int>", "Task<int>")]
    public Task FRPC016_a_type_that_the_context_does_not_declare(string method, string underlined, string type) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {method} }}",
        $"1 `{underlined}` FRPC016: '{type}' is not declared by 'Json'; add [JsonSerializable(typeof({type}))] to it; {Octets}");

    [Test]
    public Task FRPC017_bytes_without_the_name_of_their_type() => Refused(
        """
        [SmfService("S")]
        interface IA
        {
            [SmfMethod(Request = "B")]
            Task<ReadOnlyMemory<byte>> A(ReadOnlyMemory<byte> bytes);
            [SmfMethod(Reply = "B")]
            Task<ReadOnlyMemory<byte>> C(ReadOnlyMemory<byte> bytes);
        }
        """,
        "5 `Task<ReadOnlyMemory<byte>>` FRPC017: The reply of 'A' is bytes, so the name of its type is unknown; write [SmfMethod(Reply = \"namespace::Type\")]",
        "7 `ReadOnlyMemory<byte>` FRPC017: The request of 'C' is bytes, so the name of its type is unknown; write [SmfMethod(Request = \"namespace::Type\")]");

    [Test]
    public Task FRPC018_an_smf_call_without_a_payload() => Refused(
        """
        [SmfService("S")]
        interface IA
        {
            Task<Table> A();
            Task B(Table table);
        }
        """ + Table,
        "4 `A` FRPC018: 'A' has no request; an smf call always has one, at least an empty table",
        "5 `Task` FRPC018: 'B' has no reply; an smf call always has one, at least an empty table");

    [Test]
    public Task FRPC019_a_service_of_both_formats() => Refused(
        """[FrameService, SmfService("S")] interface IA { [SmfMethod(Request = "A", Reply = "B")] Task<ReadOnlyMemory<byte>> A(ReadOnlyMemory<byte> a); }""",
        "1 `IA` FRPC019: 'IA' is already a frame service; write another interface for smf");

    [Test]
    public async Task All_mistakes_are_told_at_once() =>
        await Assert.That(Compiler.Mistakes("[FrameService(typeof(Json))] interface IA { void A(); Task B(string a, string b); Task C(DateTime t); }")
            .Select(mistake => mistake[mistake.IndexOf("FRPC", StringComparison.Ordinal)..][..7])).IsSequence(["FRPC007", "FRPC009", "FRPC016"]);

    [Test]
    public async Task A_mistaken_service_is_not_generated() =>
        await Assert.That(Compiler.Files("[FrameService] interface IA { Task A(); void B(); }")).IsEmpty();

    [Test]
    public async Task A_class_is_refused_by_the_compiler_itself() =>
        await Assert.That(await Assert.That(Compiler.Complaints("[FrameService] class A;")).HasSingleItem()).Contains("CS0592");

    [Test]
    [Arguments("[FrameService(typeof(Unknown))] interface IA { Task<string> A(); }")]
    [Arguments("[FrameService(typeof(Json))] interface IA { Task<Unknown> A(); }")]
    [Arguments("[FrameService(typeof(Json))] interface IA { Task A(Unknown a); }")]
    [Arguments("[FrameService(typeof(Json))] interface IA { Unknown A(); }")]
    [Arguments("[FrameService] interface IA : Unknown { Task A(); }")]
    public async Task What_the_compiler_does_not_know_it_tells_alone(string source) =>
        await Assert.That(await Assert.That(Compiler.Complaints(source)).HasSingleItem()).Contains("CS0246");

    private const string Table = """

        class Table : ISmfPayload<Table>
        {
            public static Table Read(ReadOnlyMemory<byte> payload) => new();
            public void Write(IBufferWriter<byte> destination) { }
        }
        class Derived : Table;
        """;

    private static string SameId(string id) => $"both have the request id 0x{id}, which a gateway could not distinguish; rename one";

    private static async Task Refused(string source, params string[] mistakes) => await Assert.That(Compiler.Mistakes(source)).IsSequence(mistakes);
}
