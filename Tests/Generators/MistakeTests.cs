using Xunit;

namespace FrameRpc.Tests.Generators;

/// <summary>Every mistake that can be made in a service is a compile error where it was made. Each source is a namespace, and begins in line 1.</summary>
public sealed class MistakeTests
{
    private const string Octets = "octets are Stream, PipeReader, ReadOnlyMemory<byte>, ReadOnlySequence<byte> or byte[]";

    [Fact]
    public void FRPC001_a_generic_interface() => Refused(
        "[FrameService(typeof(Json))] interface IA<T> { Task A(); }",
        "1 `IA` FRPC001: 'IA<T>' is generic, and a service's types have to be known when it is compiled; write the types out");

    [Theory]
    [InlineData("class Outer { [FrameService] public interface IA { Task A(); } }")]
    [InlineData("[FrameService] file interface IA { Task A(); }")]
    public void FRPC002_an_interface_that_generated_code_cannot_reach(string source)
    {
        string mistake = Assert.Single(Compiler.Mistakes(source));
        Assert.StartsWith("1 `IA` FRPC002: '", mistake);
        Assert.EndsWith("is nested or file-local, where generated code cannot reach it; move it into a namespace", mistake);
    }

    [Fact]
    public void FRPC003_an_interface_that_derives_from_another() => Refused(
        "[FrameService] interface IA : IDisposable { Task A(); }",
        "1 `IA` FRPC003: 'IA' derives from 'IDisposable', whose members would be no calls; leave it out, or make it a service of its own");

    [Theory]
    [InlineData("int Size { get; }", "Size", "int IA.Size")]
    [InlineData("int this[int index] { set; }", "this", "int IA.this[int index]")]
    [InlineData("event Action Changed;", "Changed", "event Action IA.Changed")]
    [InlineData("static abstract Task Make();", "Make", "Task IA.Make()")]
    [InlineData("internal Task Hide();", "Hide", "Task IA.Hide()")]
    public void FRPC004_a_member_that_is_no_call(string member, string name, string shown) => Refused(
        $$"""
        [FrameService]
        interface IA
        {
            {{member}}
        }
        """,
        $"4 `{name}` FRPC004: '{shown}' is no public instance method, so it cannot be a call; make it one, or give it a body");

    [Fact]
    public void FRPC005_a_generic_method() => Refused(
        """
        [FrameService(typeof(Json))]
        interface IA
        {
            Task A<T>(T value);
        }
        """,
        "4 `A` FRPC005: 'Task IA.A<T>(T value)' is generic, and a call's types have to be known when it is compiled; write the types out");

    [Theory]
    [InlineData("ref int value")]
    [InlineData("out int value")]
    [InlineData("in int value")]
    [InlineData("ref readonly int value")]
    public void FRPC006_a_parameter_by_reference(string parameter) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ Task A({parameter}); }}",
        "1 `value` FRPC006: 'value' is passed by reference, which does not reach another process; leave out ref, out or in, and return what changes");

    [Theory]
    [InlineData("void")]
    [InlineData("string")]
    [InlineData("IAsyncEnumerable<int>")]
    [InlineData("Stream")]
    public void FRPC007_a_method_that_is_not_awaited(string type) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {type} A(); }}",
        $"1 `{type}` FRPC007: 'A' returns '{type}', and a call takes time; return Task, ValueTask, or one of them with a reply");

    [Theory]
    [InlineData("Task A(Span<byte> bytes);", "Span<byte>", "Span<byte>", "it points into this process's memory; for octets use ReadOnlyMemory<byte>")]
    [InlineData("Task A(Stream? bytes);", "Stream?", "Stream?", "octets may be empty, but the format has no null for them; leave out the question mark")]
    [InlineData("Task<byte[]?> A();", "Task<byte[]?>", "byte[]?", "octets may be empty, but the format has no null for them; leave out the question mark")]
    public void FRPC008_a_type_that_frame_cannot_carry(string method, string underlined, string type, string reason) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {method} }}",
        $"1 `{underlined}` FRPC008: '{type}' cannot be sent: {reason}");

    [Theory]
    [InlineData("Task<Table> A(int number);", "int", "int", "in smf it has to be an ISmfPayload of itself, or ReadOnlyMemory<byte>")]
    [InlineData("Task<string> A(Table table);", "Task<string>", "string", "in smf it has to be an ISmfPayload of itself, or ReadOnlyMemory<byte>")]
    [InlineData("Task<Table> A(Derived table);", "Derived", "Derived", "in smf it has to be an ISmfPayload of itself, or ReadOnlyMemory<byte>")]
    [InlineData("Task<Table?> A(Table table);", "Task<Table?>", "Table?", "an smf payload is never null; leave out the question mark")]
    public void FRPC008_a_type_that_smf_cannot_carry(string method, string underlined, string type, string reason) => Refused(
        $"[SmfService(\"S\")] interface IA {{ {method} }}" + Table,
        $"1 `{underlined}` FRPC008: '{type}' cannot be sent: {reason}");

    [Theory]
    [InlineData("string a, int b", "b", "body")]
    [InlineData("Stream a, CancellationToken cancel, string b", "b", "body")]
    [InlineData("CallOptions a, CallOptions b", "b", "CallOptions")]
    [InlineData("CancellationToken a, string body, CancellationToken b", "b", "CancellationToken")]
    public void FRPC009_more_than_one_of_a_kind(string parameters, string name, string kind) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ Task A({parameters}); }}",
        $"1 `{name}` FRPC009: 'A' has a second {kind}, '{name}', and a call has one; put what belongs together into one type");

    [Theory]
    [InlineData("Task AAsync(); Task A(string text);", "A", "AAsync", "constant 'A'")]
    [InlineData("Task A(); Task AEndpoint();", "AEndpoint", "A", "constant 'AEndpoint'")]
    [InlineData("Task AEndpoint(); Task A();", "A", "AEndpoint", "constant 'AEndpoint'")]
    [InlineData("Task GetX(); Task Get_x();", "Get_x", "GetX", "route name 'get-x'")]
    [InlineData("Task GatewayRoutes();", "GatewayRoutes", "GatewayRoutes", "constant 'GatewayRoutes'")]
    [InlineData("Task AIds();", "AIds", "IA", "constant 'AIds'")]
    [InlineData("Task AClient();", "AClient", "IA", "member 'AClient' of the client")]
    [InlineData("Task _client();", "_client", "IA", "member '_client' of the client")]
    public void FRPC010_two_methods_of_one_name(string methods, string later, string earlier, string what) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {methods} }}",
        $"1 `{later}` FRPC010: '{later}' and '{earlier}' both lead to the {what}; calls are told apart by name alone, so rename one");

    [Fact]
    public void FRPC010_an_overload_though_it_has_another_endpoint() => Refused(
        """[FrameService(typeof(Json))] interface IA { Task A(); [FrameEndpoint("B")] Task A(int number); }""",
        "1 `A` FRPC010: 'A' and 'A' both lead to the constant 'A'; calls are told apart by name alone, so rename one");

    [Fact]
    public void FRPC011_two_methods_of_one_endpoint() => Refused(
        """[FrameService] interface IA { Task A(); [FrameEndpoint("A")] Task B(); }""",
        "1 `B` FRPC011: 'B' and 'A' both have the endpoint \"A\"; give one another by [FrameEndpoint]");

    [Fact]
    public void FRPC012_two_endpoints_of_one_id() => Refused(
        """[FrameService] interface IA { [FrameEndpoint("plumless")] Task A(); [FrameEndpoint("buckeroo")] Task B(); }""",
        $"1 `B` FRPC012: 'B' (\"buckeroo\") and 'A' (\"plumless\") {SameId("4ddb0c25")}");

    [Fact]
    public void FRPC012_two_smf_methods_of_one_id() => Refused(
        """[SmfService("S")] interface IA { Task<Table> A(Table t); [SmfMethod("A")] Task<Table> B(Table t); }""" + Table,
        $"1 `B` FRPC012: 'B' (S.A(Table):Table) and 'A' (S.A(Table):Table) {SameId("3f27f2e2")}");

    [Theory]
    [InlineData("[FrameService] interface IA { [FrameEndpoint(\"\")] Task A(); }", "\"\"", "")]
    [InlineData("[FrameService] interface IA { [FrameEndpoint(\"a\\tb\")] Task A(); }", "\"a\\tb\"", "a\tb")]
    [InlineData("[SmfService(\"\")] interface IA { }", "\"\"", "")]
    [InlineData("[SmfService(\"S\")] interface IA { [SmfMethod(\"\")] Task<Table> A(Table t); }" + Table, "\"\"", "")]
    [InlineData("[SmfService(\"S\")] interface IA { [SmfMethod(Reply = \"\")] Task<Table> A(Table t); }" + Table, "Reply = \"\"", "")]
    public void FRPC013_a_name_that_is_none(string source, string underlined, string name) => Refused(
        source, $"1 `{underlined}` FRPC013: \"{name}\" cannot be a name in a request id; write 1 to 255 characters, none of them a control character");

    [Fact]
    public void FRPC013_a_name_that_is_too_long()
    {
        static string Named(int length) => $"[FrameService] interface IA {{ [FrameEndpoint(\"{new string('a', length)}\")] Task A(); }}";
        Assert.Empty(Compiler.Mistakes(Named(255)));
        Assert.Contains("FRPC013", Assert.Single(Compiler.Mistakes(Named(256))));
    }

    [Theory]
    [InlineData("[FrameService]")]
    [InlineData("[FrameService(null)]")]
    public void FRPC014_json_without_a_context(string attribute) => Refused(
        $$"""{{attribute}} interface IA { Task<string> A(); }""",
        "1 `Task<string>` FRPC014: 'string' would be JSON, and 'IA' names no context; "
            + $"write [FrameService(typeof(TheContext))] with a JsonSerializerContext that declares it; {Octets}");

    [Theory]
    [InlineData("string")]
    [InlineData("int[]")]
    [InlineData("JsonSerializerContext")]
    [InlineData("Local")]
    public void FRPC015_a_context_that_is_none(string type) => Refused(
        $"[FrameService(typeof({type}))] interface IA {{ Task<string> A(); }} file class Local() : JsonSerializerContext(null);",
        $"1 `typeof({type})` FRPC015: '{type}' cannot be the context: it has to be a JsonSerializerContext that the whole assembly can reach");

    [Theory]
    [InlineData("Task<DateTime> A();", "Task<DateTime>", "DateTime")]
    [InlineData("Task A(int? number);", "int?", "int?")]
    [InlineData("Task A(List<string> texts);", "List<string>", "List<string>")]
    [InlineData("Task A(Task<int> later);", "Task<int>", "Task<int>")]
    public void FRPC016_a_type_that_the_context_does_not_declare(string method, string underlined, string type) => Refused(
        $"[FrameService(typeof(Json))] interface IA {{ {method} }}",
        $"1 `{underlined}` FRPC016: '{type}' is not declared by 'Json'; add [JsonSerializable(typeof({type}))] to it; {Octets}");

    [Fact]
    public void FRPC017_bytes_without_the_name_of_their_type() => Refused(
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
        "5 `Task<ReadOnlyMemory<byte>>` FRPC017: The reply of 'A' is bytes, whose type's name nobody can tell; write [SmfMethod(Reply = \"namespace::Type\")]",
        "7 `ReadOnlyMemory<byte>` FRPC017: The request of 'C' is bytes, whose type's name nobody can tell; write [SmfMethod(Request = \"namespace::Type\")]");

    [Fact]
    public void FRPC018_an_smf_call_without_a_payload() => Refused(
        """
        [SmfService("S")]
        interface IA
        {
            Task<Table> A();
            Task B(Table table);
        }
        """ + Table,
        "4 `A` FRPC018: 'A' has no request; an smf call always has one, and be it an empty table",
        "5 `Task` FRPC018: 'B' has no reply; an smf call always has one, and be it an empty table");

    [Fact]
    public void FRPC019_a_service_of_both_formats() => Refused(
        """[FrameService, SmfService("S")] interface IA { [SmfMethod(Request = "A", Reply = "B")] Task<ReadOnlyMemory<byte>> A(ReadOnlyMemory<byte> a); }""",
        "1 `IA` FRPC019: 'IA' is a frame service already; write another interface for smf");

    [Fact]
    public void All_mistakes_are_told_at_once() => Assert.Equal(
        ["FRPC007", "FRPC009", "FRPC016"],
        Compiler.Mistakes("[FrameService(typeof(Json))] interface IA { void A(); Task B(string a, string b); Task C(DateTime t); }")
            .Select(mistake => mistake[mistake.IndexOf("FRPC", StringComparison.Ordinal)..][..7]));

    [Fact]
    public void A_mistaken_service_is_not_generated() => Assert.Empty(Compiler.Files("[FrameService] interface IA { Task A(); void B(); }"));

    [Fact]
    public void A_class_is_refused_by_the_compiler_itself() =>
        Assert.Contains("CS0592", Assert.Single(Compiler.Complaints("[FrameService] class A;")));

    [Theory]
    [InlineData("[FrameService(typeof(Unknown))] interface IA { Task<string> A(); }")]
    [InlineData("[FrameService(typeof(Json))] interface IA { Task<Unknown> A(); }")]
    [InlineData("[FrameService(typeof(Json))] interface IA { Task A(Unknown a); }")]
    [InlineData("[FrameService(typeof(Json))] interface IA { Unknown A(); }")]
    [InlineData("[FrameService] interface IA : Unknown { Task A(); }")]
    public void What_the_compiler_does_not_know_it_tells_alone(string source) =>
        Assert.Contains("CS0246", Assert.Single(Compiler.Complaints(source)));

    private const string Table = """

        class Table : ISmfPayload<Table>
        {
            public static Table Read(ReadOnlyMemory<byte> payload) => new();
            public void Write(IBufferWriter<byte> destination) { }
        }
        class Derived : Table;
        """;

    private static string SameId(string id) => $"both have the request id 0x{id}, and a gateway could not tell them apart; give one another name";

    private static void Refused(string source, params string[] mistakes) => Assert.Equal(mistakes, Compiler.Mistakes(source));
}
