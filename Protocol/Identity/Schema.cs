namespace FrameRpc.Protocol.Identity;

/// <summary>The services of a FlatBuffers schema (<c>.fbs</c>), from which the ids of smf methods are computed.</summary>
/// <remarks>
/// Services, namespaces, includes and the names of types are read; the bodies of types are not, so that a schema which this reads is not yet one that
/// <c>flatc</c> takes. An included file is looked for beside the one that includes it; there are no include paths.
/// </remarks>
public sealed class Schema
{
    /// <summary>The longest schema with all that it includes, in UTF-16 characters: far over those in use, and it bounds the memory that names take.</summary>
    public const int CharsMax = 1 << 20;

    /// <summary>Files of one schema, with itself.</summary>
    public const int FilesMax = 256;

    /// <summary>How deep files may include each other; reading goes as deep on the stack.</summary>
    public const int IncludeDepthMax = 32;

    /// <summary>The longest name with its namespace, in characters.</summary>
    public const int NameCharsMax = 255;

    /// <summary>Mistakes that are told at once.</summary>
    public const int MistakesMax = 20;

    private Schema(SchemaDeclarations declared) => Services = SchemaResolver.Resolve(declared);

    /// <summary>In the order of the schema, those of the files that it includes first.</summary>
    public IReadOnlyList<SchemaService> Services { get; }

    /// <summary>Reads a schema that is at hand as text, and the files that it includes.</summary>
    /// <param name="text">The schema.</param>
    /// <param name="fileName">Its name in mistakes; included files are looked for in its folder.</param>
    /// <param name="readFile">Reads included files; without it the schema may include none.</param>
    /// <exception cref="SchemaException">The schema is wrong, over a limit, or includes a file that cannot be read.</exception>
    public static Schema Parse(string text, string fileName, SchemaFileReader? readFile = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return new Schema(SchemaLoader.Load(fileName, text, readFile));
    }

    /// <summary>Reads a schema and the files that it includes.</summary>
    /// <param name="fileName">The file, which is also its name in mistakes.</param>
    /// <param name="readFile">Reads this and the included files; <see cref="SchemaFile.Read"/> by default.</param>
    /// <exception cref="SchemaException">The schema is wrong, over a limit, or a file cannot be read.</exception>
    public static Schema Load(string fileName, SchemaFileReader? readFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return new Schema(SchemaLoader.Load(fileName, readFile ?? SchemaFile.Read));
    }
}

/// <summary>An <c>rpc_service</c> of a schema.</summary>
/// <param name="Name">Without its namespace, as request ids are computed from it: <c>SmfStorage</c>.</param>
/// <param name="Namespace">As the schema writes it, <c>smf_gen.demo</c>; empty for the global one.</param>
/// <param name="Methods">In the order of the schema; at least one.</param>
public sealed record SchemaService(string Name, string Namespace, IReadOnlyList<SchemaMethod> Methods)
{
    /// <summary><c>smf_gen.demo.SmfStorage</c>: two namespaces may have a service of one name.</summary>
    public string QualifiedName => SchemaNames.Join(Namespace, Name);
}

/// <summary>A method of a service of a schema, and the id that it has on the wire.</summary>
/// <param name="Service">The service's name without its namespace: <c>SmfStorage</c>.</param>
/// <param name="Name">The method's name: <c>Get</c>.</param>
/// <param name="Request">The table that it takes, its namespace joined by <c>::</c>, as in <c>smf_gen::demo::Request</c>.</param>
/// <param name="Reply">The table that it answers with, written the same way.</param>
public sealed record SchemaMethod(string Service, string Name, string Request, string Reply)
{
    /// <summary>As smf's code generator computes it; see <see cref="RequestId.ForMethod"/>.</summary>
    public RequestId Id { get; } = RequestId.ForMethod(Service, Name, Request, Reply);
}
