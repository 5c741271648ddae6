using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class SchemaTests
{
    [Test]
    public async Task A_method_has_the_id_that_smf_generates()
    {
        SchemaMethod method = GivenSchema.Method("namespace smf_gen.demo; table Request {} table Response {} rpc_service SmfStorage { Get(Request):Response; }");

        await Assert.That(method).IsEqualTo(new SchemaMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response"));
        await Assert.That(method.Id).IsEqualTo(new RequestId(0x6ad4023d));
    }

    [Test]
    public async Task Services_and_methods_come_in_the_order_of_the_schema()
    {
        var schema = Schema.Parse(
            """
            table T {}
            rpc_service Z { B(T):T; A(T):T; }
            namespace n.m;
            rpc_service A { C(T):T; }
            """,
            "demo.fbs");

        await Assert.That(schema.Services.Select(s => (s.Name, s.Namespace, s.QualifiedName))).IsSequence([("Z", "", "Z"), ("A", "n.m", "n.m.A")]);
        await Assert.That(schema.Services.SelectMany(s => s.Methods).Select(m => $"{m.Service}.{m.Name}")).IsSequence(["Z.B", "Z.A", "A.C"]);
    }

    [Test]
    public async Task Everything_that_a_schema_may_hold_is_passed_over()
    {
        SchemaMethod method = GivenSchema.Method(
            """
            // A comment, /* not a block
            native_include "stdint.h";
            /// Of documentation, with table X { in it.
            attribute "priority"; attribute hash;
            namespace smf_gen . demo;
            /* A block, with // and
               rpc_service S { in it; */
            enum Color : ubyte (bit_flags) { Red = 1, Green (deprecated), Blue = 0x1F, }
            union Any : ubyte { Request, R: smf_gen.demo.Response (x: "}"), Text: string }
            struct Point (force_align: 16, name: "{") { x:float; y:[int:3]; }
            table Request (native_type: "T", deprecated) {
              table:string = "}" (required, hash: "fnv1_32");
              struct:[Point];
              enum:Color = Red;
              angle:double = rad(180);
              small:float = -1.5e-3;
              smaller:float = .5;
              hex:double = 0x1.8p-3;
              none:int = null; more:int = +inf; list:[int] = [];
              quote:string = 'it\'s "\x41\u0041\\';
            }
            table Response { /* } */ }
            file_identifier "DEMO"; file_extension "bin"; root_type smf_gen.demo.Request;
            rpc_service SmfStorage (stable) {
              /// Gets.
              Get ( Request ) : Response ( streaming: "none", idempotent ) ;
            }
            """);

        await Assert.That(method.Id).IsEqualTo(new RequestId(0x6ad4023d));
    }

    [Test]
    [Arguments("\r\n")]
    [Arguments("\t")]
    [Arguments("/**/")]
    [Arguments("//\n")]
    public async Task Blanks_may_stand_between_any_two_words(string blank)
    {
        const string text = "namespace smf_gen . demo ; table Request { } table Response { } rpc_service SmfStorage { Get ( smf_gen . demo . Request ) : Response ; }";

        await Assert.That(GivenSchema.Method("\uFEFF" + text.Replace(" ", blank, StringComparison.Ordinal).Replace("namespace", "namespace ", StringComparison.Ordinal)).Id)
            .IsEqualTo(new RequestId(0x6ad4023d));
    }

    [Test]
    [Arguments("Inner", "a::b::Inner")]
    [Arguments("a.b.Inner", "a::b::Inner")]
    [Arguments("b.Inner", "a::b::Inner")]
    [Arguments("Around", "a::Around")]
    [Arguments("Outside", "Outside")]
    [Arguments("other.ns.Far", "other::ns::Far")]
    [Arguments("Twice", "a::b::Twice")]
    [Arguments("a.Twice", "a::Twice")]
    [Arguments("Later", "a::b::Later")]
    [Arguments("a.b.Later", "a::b::Later")]
    [Arguments("LaterAround", "a::LaterAround")]
    [Arguments("LaterElsewhere", "z::LaterElsewhere")]
    public async Task A_type_is_looked_for_in_the_namespace_and_those_around_it(string written, string found)
    {
        SchemaMethod method = GivenSchema.Method(
            $$"""
            table Outside {} table Twice {}
            namespace other.ns; table Far {}
            namespace a; table Around {} table Twice {}
            namespace a.b; table Inner {} table Twice {}
            rpc_service S { M({{written}}):Inner; }
            table Later {}
            namespace a; table LaterAround {}
            namespace z; table LaterElsewhere {}
            """);

        await Assert.That((method.Request, method.Reply)).IsEqualTo((found, "a::b::Inner"));
    }

    /// <summary>What flatc 2.0.8 makes of them.</summary>
    [Test]
    [Arguments("namespace a; table R {} namespace a.b; rpc_service S { M(R):R; } table R {}", "a::R")]
    [Arguments("namespace a.b; rpc_service S { M(R):R; } namespace a; table R {} namespace a.b; table R {}", "a::R")]
    [Arguments("namespace a.b; rpc_service S { M(R):R; } table R {} namespace a; table R {}", "a::b::R")]
    [Arguments("namespace a; rpc_service S { M(R):R; } namespace z; table R {} namespace a; table R {}", "z::R")]
    [Arguments("namespace a; table R {} namespace q; rpc_service A { M(R):R; } namespace a; rpc_service S { M(R):R; } namespace q; table R {}", "q::R")]
    public async Task A_type_defined_further_up_goes_before_one_further_down(string text, string found) =>
        await Assert.That(Schema.Parse(text, "demo.fbs").Services[^1].Methods[0].Request).IsEqualTo(found);

    [Test]
    public async Task A_namespace_without_a_name_is_the_global_one() =>
        await Assert.That(GivenSchema.Method("namespace a; namespace; table T {} rpc_service S { M(T):T; }").Request).IsEqualTo("T");

    [Test]
    public async Task Two_namespaces_may_have_a_service_of_one_name() =>
        await Assert.That(Schema.Parse("namespace a; table T {} rpc_service S { M(T):T; } namespace b; table T {} rpc_service S { M(T):T; }", "demo.fbs").Services.Select(s => s.QualifiedName))
            .IsSequence(["a.S", "b.S"]);

    [Test]
    public async Task A_schema_without_services_has_none() => await Assert.That(Schema.Parse("table T {}", "demo.fbs").Services).IsEmpty();

    [Test]
    public async Task The_shipped_example_is_right()
    {
        var schema = Schema.Load(Path.Combine(Repository.Root, "examples/storage/storage.fbs"));

        await Assert.That(schema.Services.SelectMany(s => s.Methods.Select(m => $"{m.Id} {s.QualifiedName}.{m.Name}({m.Request}):{m.Reply}"))).IsSequence([
                "0x6ad4023d smf_gen.demo.SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response",
                $"{RequestId.ForMethod("SmfStorage", "Put", "smf_gen::demo::PutRequest", "smf_gen::demo::Response")} smf_gen.demo.SmfStorage.Put(smf_gen::demo::PutRequest):smf_gen::demo::Response",
                $"{RequestId.ForMethod("SmfCatalog", "List", "smf_gen::demo::catalog::Query", "smf_gen::demo::catalog::Page")} "
                    + "smf_gen.demo.SmfCatalog.List(smf_gen::demo::catalog::Query):smf_gen::demo::catalog::Page",
            ]);
    }
}
