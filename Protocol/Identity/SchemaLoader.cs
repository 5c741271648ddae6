namespace FrameRpc.Protocol.Identity;

/// <summary>Reads a schema and its includes, each file once, so that cycles end.</summary>
internal sealed class SchemaLoader
{
    private readonly SchemaFileReader? _readFile;
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly SchemaDeclarations _declared = new();
    private int _chars;
    private int _depth;

    private SchemaLoader(SchemaFileReader? readFile) => _readFile = readFile;

    public static SchemaDeclarations Load(string file, SchemaFileReader readFile)
    {
        string text = Read(readFile, file, problem => SchemaPlace.Whole(file).Wrong(problem));
        return Load(file, text, readFile);
    }

    /// <summary>Without <paramref name="readFile"/> the schema cannot include others.</summary>
    public static SchemaDeclarations Load(string file, string text, SchemaFileReader? readFile)
    {
        var loader = new SchemaLoader(readFile);
        loader._files.Add(Path.GetFullPath(file));
        loader.Parse(SchemaPlace.Whole(file), file, text);
        return loader._declared;
    }

    /// <summary>Names are relative to the including file.</summary>
    private void Include(SchemaPlace place, string name)
    {
        if (_readFile is null)
            throw place.Wrong("a schema that is given as text cannot include others");
        if (name.Length == 0 || name.Any(char.IsControl))
            throw place.Wrong("is not a file name; write a path relative to this schema");
        string file = Path.Combine(Path.GetDirectoryName(place.File) ?? "", name);
        if (!_files.Add(Path.GetFullPath(file)))
            return;
        if (_files.Count > Schema.FilesMax)
            throw place.Wrong($"a schema may include at most {Schema.FilesMax - 1} others, and this is one more");
        if (_depth == Schema.IncludeDepthMax)
            throw place.Wrong($"schemas may include each other at most {Schema.IncludeDepthMax} deep, and this is deeper");
        string text = Read(_readFile, file, problem => place.Wrong($"{file}: {problem}"));
        _depth++;
        Parse(place, file, text);
        _depth--;
    }

    private static string Read(SchemaFileReader readFile, string file, Func<string, SchemaException> wrong)
    {
        try
        {
            return readFile(file) ?? throw wrong("no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw wrong($"cannot be read: {e.Message}");
        }
    }

    private void Parse(SchemaPlace place, string file, string text)
    {
        if (text.Length > Schema.CharsMax - _chars)
            throw place.Wrong($"a schema may have at most {Schema.CharsMax} characters, including its includes, and this has more");
        _chars += text.Length;
        SchemaParser.Parse(file, text, _declared, Include);
    }
}
