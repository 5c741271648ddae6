using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Request ids, and the schemas that they are computed from.</summary>
internal static class Identities
{
    private const string Main = """
        include "types.fbs";
        namespace smf_gen.demo;
        rpc_service SmfStorage { Get(Request):Response; }
        """;

    private const string Types = "namespace smf_gen.demo; table Request { name:string; } table Response { name:string; }";

    public static Feature[] Features =>
    [
        new("request ids", Ids),
        new("a schema that is at hand as text", ParsedSchema),
        new("a schema on disk", SchemaOnDisk),
        new("mistakes of a schema", Mistakes),
    ];

    private static void Ids()
    {
        Expect.Equal("0x6ad4023d", RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response").ToString());
        Expect.Equal(RequestId.ForEndpoint("Echo"), RequestId.ForEndpoint("Echo"u8));
        Expect.True(RequestId.TryParse("0x6ad4023d", out RequestId id) && id.Value == 1792279101);
    }

    private static void ParsedSchema()
    {
        SchemaFileReader includes = path => path == "folder/types.fbs" ? Types : null;
        CheckServices(Schema.Parse(Main, "folder/main.fbs", includes));
    }

    private static void SchemaOnDisk()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("frpc-aot-");
        try
        {
            string file = Path.Combine(folder.FullName, "main.fbs");
            File.WriteAllText(file, Main);
            File.WriteAllText(Path.Combine(folder.FullName, "types.fbs"), Types);
            Expect.Equal(Main, SchemaFile.Read(file));
            CheckServices(Schema.Load(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void CheckServices(Schema schema)
    {
        SchemaService service = schema.Services.Single();
        Expect.Equal("smf_gen.demo.SmfStorage", service.QualifiedName);
        SchemaMethod method = service.Methods.Single();
        Expect.Equal(new SchemaMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response"), method);
        Expect.Equal(0x6ad4023dU, method.Id.Value);
    }

    private static void Mistakes()
    {
        SchemaException wrong = Expect.Throws<SchemaException>(() => Schema.Parse("table Request {} rpc_service S { Get(Reqest):Request; }", "wrong.fbs"));
        SchemaMistake mistake = wrong.Mistakes.Single();
        Expect.Equal(("wrong.fbs", 1), (mistake.File, mistake.Line));
        Expect.True(mistake.Text.EndsWith("did you mean \"Request\"?", StringComparison.Ordinal), mistake.ToString());
    }
}
