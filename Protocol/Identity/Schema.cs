namespace FrameRpc.Protocol.Identity;

/// <summary>The services of a FlatBuffers schema (<c>.fbs</c>), from which the ids of smf methods are computed.</summary>
/// <remarks>
/// Services, namespaces, includes and the names of types are read, but not the bodies of types, so a schema that this accepts may still be rejected
/// by <c>flatc</c>. Included files are relative to the including file; there are no include paths.
/// </remarks>
public sealed class Schema
{
    /// <summary>
    /// The maximum size of a schema with all its includes, in UTF-16 characters: far above those in use, and it limits the memory for names.
    /// </summary>
    public const int CharsMax = 1 << 20;

    /// <summary>Maximum number of files of one schema, including itself.</summary>
    public const int FilesMax = 256;

    /// <summary>Maximum depth of includes; reading recurses as deep.</summary>
    public const int IncludeDepthMax = 32;

    /// <summary>The longest name with its namespace, in characters.</summary>
    public const int NameCharsMax = 255;

    /// <summary>Maximum number of errors reported at once.</summary>
    public const int MistakesMax = 20;

    private Schema(SchemaDeclarations declared) => Services = SchemaResolver.Resolve(declared);

    /// <summary>In the order of the schema, those of included files first.</summary>
    public IReadOnlyList<SchemaService> Services { get; }

    /// <summary>Reads a schema from text, and its included files.</summary>
    /// <param name="text">The schema.</param>
    /// <param name="fileName">Its name in errors; included files are relative to its folder.</param>
    /// <param name="readFile">Reads included files; without it the schema cannot have any.</param>
    /// <exception cref="SchemaException">The schema is wrong, exceeds a limit, or includes a file that cannot be read.</exception>
    public static Schema Parse(string text, string fileName, SchemaFileReader? readFile = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return new Schema(SchemaLoader.Load(fileName, text, readFile));
    }

    /// <summary>Reads a schema file and its included files.</summary>
    /// <param name="fileName">The file, which is also its name in errors.</param>
    /// <param name="readFile">Reads this and the included files; <see cref="SchemaFile.Read"/> by default.</param>
    /// <exception cref="SchemaException">The schema is wrong, exceeds a limit, or a file cannot be read.</exception>
    public static Schema Load(string fileName, SchemaFileReader? readFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return new Schema(SchemaLoader.Load(fileName, readFile ?? SchemaFile.Read));
    }
}

/// <summary>An <c>rpc_service</c> of a schema.</summary>
/// <param name="Name">Without its namespace, as used for request ids: <c>SmfStorage</c>.</param>
/// <param name="Namespace">As in the schema, <c>smf_gen.demo</c>; empty for the global one.</param>
/// <param name="Methods">In the order of the schema; at least one.</param>
public sealed record SchemaService(string Name, string Namespace, IReadOnlyList<SchemaMethod> Methods)
{
    /// <summary><c>smf_gen.demo.SmfStorage</c>: two namespaces may have a service with the same name.</summary>
    public string QualifiedName => SchemaNames.Join(Namespace, Name);
}

/// <summary>A method of a service, and its id on the wire.</summary>
/// <param name="Service">The service's name without its namespace: <c>SmfStorage</c>.</param>
/// <param name="Name">The method's name: <c>Get</c>.</param>
/// <param name="Request">The request table, with its namespace joined by <c>::</c>: <c>smf_gen::demo::Request</c>.</param>
/// <param name="Reply">The reply table, written the same way.</param>
public sealed record SchemaMethod(string Service, string Name, string Request, string Reply)
{
    /// <summary>As computed by smf's code generator; see <see cref="RequestId.ForMethod"/>.</summary>
    public RequestId Id { get; } = RequestId.ForMethod(Service, Name, Request, Reply);
}
