using System.Text;

namespace FrameRpc.Protocol.Identity;

/// <summary>Reads one schema into declarations: services completely, and the names of types.</summary>
/// <remarks>
/// The bodies of types are skipped, because ids are computed from names only; <c>flatc</c> checks the fields. Source: the grammar as <c>flatc</c>
/// reads it, <c>src/idl_parser.cpp</c>.
/// </remarks>
internal sealed class SchemaParser
{
    private static readonly string[] Keywords =
    [
        "namespace", "table", "struct", "enum", "union", "rpc_service", "root_type", "attribute", "file_identifier", "file_extension", "include",
    ];

    private readonly string _file;
    private readonly SchemaTokenizer _tokens;
    private readonly SchemaDeclarations _declared;
    private SchemaToken _token;
    private string _namespace = "";

    private SchemaParser(string file, string text, SchemaDeclarations declared)
    {
        _file = file;
        _tokens = new SchemaTokenizer(file, text);
        _declared = declared;
        _token = _tokens.Next();
    }

    /// <summary>Reads the schema; <paramref name="include"/> is called for each include, so that its declarations come first.</summary>
    public static void Parse(string file, string text, SchemaDeclarations declared, Action<SchemaPlace, string> include)
    {
        var parser = new SchemaParser(file, text, declared);
        parser.ReadIncludes(include);
        while (parser._token.Kind is not SchemaTokenKind.End)
            parser.ReadDeclaration();
    }

    /// <summary><c>include "other.fbs";</c>, allowed only at the beginning. A <c>native_include</c> is for generated code.</summary>
    private void ReadIncludes(Action<SchemaPlace, string> include)
    {
        while (_token.IsWord("include") || _token.IsWord("native_include"))
        {
            bool native = Take().Value == "native_include";
            SchemaToken path = Expect(SchemaTokenKind.Text, "the file in quotes after \"include\"");
            Expect(';', "after the file");
            if (!native)
                include(PlaceOf(path), path.Value);
        }
    }

    private void ReadDeclaration()
    {
        switch (_token.Kind is SchemaTokenKind.Word ? _token.Value : "")
        {
            case "namespace":
                ReadNamespace();
                break;
            case "table":
                ReadType(SchemaTypeKind.Table);
                break;
            case "struct":
                ReadType(SchemaTypeKind.Struct);
                break;
            case "enum":
                ReadType(SchemaTypeKind.Enum);
                break;
            case "union":
                ReadType(SchemaTypeKind.Union);
                break;
            case "rpc_service":
                ReadService();
                break;
            case "root_type":
                Take();
                ReadDottedName("a type");
                Expect(';', "after the type");
                break;
            case "file_identifier" or "file_extension":
                SchemaToken keyword = Take();
                Expect(SchemaTokenKind.Text, $"a string after \"{keyword.Value}\"");
                Expect(';', "after the string");
                break;
            case "attribute":
                Take();
                Expect(_token.Kind is SchemaTokenKind.Text ? SchemaTokenKind.Text : SchemaTokenKind.Word, "the attribute's name");
                Expect(';', "after the attribute");
                break;
            case "include" or "native_include":
                throw Wrong(_token, $"\"{_token.Value}\" is allowed only before everything else; move it to the beginning of the file");
            default:
                string clause = NameSuggestion.Clause(_token.Value, Keywords);
                throw Wrong(_token, $"expected a declaration, found {_token.Describe()}"
                    + (clause.Length > 0 ? clause : $"; one begins with {string.Join(", ", Keywords[..^1])}"));
        }
    }

    /// <summary>Applies until the next one. <c>namespace;</c> is the global one.</summary>
    private void ReadNamespace()
    {
        Take();
        _namespace = _token.IsSymbol(';') ? "" : ReadDottedName("the namespace");
        Expect(';', "after the namespace");
    }

    private void ReadType(SchemaTypeKind kind)
    {
        string keyword = Take().Value;
        SchemaToken name = ExpectName($"the {keyword}'s name");
        if (kind is SchemaTypeKind.Enum or SchemaTypeKind.Union && _token.IsSymbol(':'))
        {
            Take();
            ReadDottedName($"the type of the {keyword}'s values");
        }
        SkipAttributes();
        SkipBody(keyword);
        _declared.Add(new DeclaredType(name.Value, _namespace, kind, PlaceOf(name)));
    }

    /// <summary><c>rpc_service Name (attributes) { Method(Request):Reply (attributes); … }</c>, with at least one method.</summary>
    private void ReadService()
    {
        Take();
        SchemaToken name = ExpectName("the service's name");
        SkipAttributes();
        Expect('{', "before the methods");
        var methods = new List<DeclaredMethod>();
        do
            methods.Add(ReadMethod());
        while (!_token.IsSymbol('}'));
        Take();
        _declared.Add(new DeclaredService(name.Value, _namespace, PlaceOf(name), methods));
    }

    private DeclaredMethod ReadMethod()
    {
        SchemaToken name = Expect(SchemaTokenKind.Word, "a method, as in \"Get(Request):Reply;\"");
        Expect('(', "after the method's name");
        TypeReference request = ReadReference("the type of the request");
        Expect(')', "after the request");
        Expect(':', "before the reply");
        TypeReference reply = ReadReference("the type of the reply");
        SkipAttributes();
        Expect(';', "after the method");
        return new DeclaredMethod(name.Value, PlaceOf(name), request, reply);
    }

    private TypeReference ReadReference(string what)
    {
        SchemaPlace place = PlaceOf(_token);
        return _declared.Refer(ReadDottedName(what), _namespace, place);
    }

    private string ReadDottedName(string what)
    {
        SchemaToken first = _token;
        var name = new StringBuilder(Expect(SchemaTokenKind.Word, what).Value);
        while (_token.IsSymbol('.'))
        {
            Take();
            name.Append('.').Append(Expect(SchemaTokenKind.Word, "a name after \".\"").Value);
            RefuseIfLong(first, name.Length);
        }
        return name.ToString();
    }

    /// <summary>The name of a declaration, which must not be too long with its namespace.</summary>
    private SchemaToken ExpectName(string what)
    {
        SchemaToken name = Expect(SchemaTokenKind.Word, what);
        RefuseIfLong(name, SchemaNames.Join(_namespace, name.Value).Length);
        return name;
    }

    private void RefuseIfLong(SchemaToken name, int chars)
    {
        if (chars > Schema.NameCharsMax)
            throw Wrong(name, $"a name with its namespace may have at most {Schema.NameCharsMax} characters, and this has more; shorten it");
    }

    private void SkipBody(string keyword)
    {
        SchemaPlace open = PlaceOf(Expect('{', $"before the body of the {keyword}"));
        while (!_token.IsSymbol('}'))
        {
            if (_token.Kind is SchemaTokenKind.End || _token.IsSymbol('{'))
                throw Wrong(_token, $"the body of the {keyword}, which begins at {open}, has no end before {_token.Describe()}; write \"}}\" after it");
            if (_token.IsSymbol('('))
                SkipAttributes();
            else
                Take();
        }
        Take();
    }

    /// <summary><c>(streaming: "none", deprecated)</c>, or nothing. A default value in parentheses, <c>rad(180)</c>, reads the same way.</summary>
    private void SkipAttributes()
    {
        SchemaPlace open = PlaceOf(_token);
        int depth = 0;
        while (_token.IsSymbol('(') || depth > 0)
        {
            if (_token.Kind is SchemaTokenKind.End || (_token.Kind is SchemaTokenKind.Symbol && _token.Value is "{" or "}" or ";"))
                throw Wrong(_token, $"the parenthesis that begins at {open} has no end before {_token.Describe()}; write \")\"");
            depth += _token.IsSymbol('(') ? 1 : _token.IsSymbol(')') ? -1 : 0;
            Take();
        }
    }

    private SchemaToken Take()
    {
        SchemaToken taken = _token;
        _token = _tokens.Next();
        return taken;
    }

    private SchemaToken Expect(SchemaTokenKind kind, string what) =>
        _token.Kind == kind ? Take() : throw Wrong(_token, $"expected {what}, found {_token.Describe()}");

    private SchemaToken Expect(char symbol, string where) =>
        _token.IsSymbol(symbol) ? Take() : throw Wrong(_token, $"expected \"{symbol}\" {where}, found {_token.Describe()}");

    private SchemaPlace PlaceOf(SchemaToken token) => new(_file, token.Line, token.Column);

    private SchemaException Wrong(SchemaToken token, string problem) => PlaceOf(token).Wrong(problem);
}
