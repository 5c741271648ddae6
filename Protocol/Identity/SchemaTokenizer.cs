using System.Globalization;
using System.Text;

namespace FrameRpc.Protocol.Identity;

/// <summary>Splits the text of one schema into tokens, skipping white space and comments.</summary>
/// <remarks>Source: the FlatBuffers schema language as <c>flatc</c> reads it, <c>src/idl_parser.cpp</c>, <c>Parser::Next</c>.</remarks>
internal sealed class SchemaTokenizer(string file, string text)
{
    private const string Symbols = "{}()[]:;,=.+-";

    // Some editors write a byte order mark.
    private int _at = text.StartsWith('\uFEFF') ? 1 : 0;
    private int _line = 1;
    private int _lineStart = text.StartsWith('\uFEFF') ? 1 : 0;

    /// <summary>The next token; at the end of the text always <see cref="SchemaTokenKind.End"/>.</summary>
    /// <exception cref="SchemaException">The text here is not a token.</exception>
    public SchemaToken Next()
    {
        SkipBlanks();
        int start = _at;
        char first = Peek(0);
        if (_at == text.Length)
            return Token(SchemaTokenKind.End, "", start);
        if (char.IsAsciiLetter(first) || first == '_')
            return ReadWord();
        if (char.IsAsciiDigit(first) || (first == '.' && char.IsAsciiDigit(Peek(1))))
            return ReadNumber();
        if (first is '"' or '\'')
            return ReadText(first);
        if (!Symbols.Contains(first))
            throw Wrong(start, $"{Describe(first)} is not allowed in a schema; remove it");
        _at++;
        return Token(SchemaTokenKind.Symbol, first.ToString(), start);
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '\n')
                StartLine(_at + 1);
            if (text[_at] is ' ' or '\t' or '\r' or '\n')
                _at++;
            else if (text[_at] == '/' && Peek(1) == '/')
                _at = text.IndexOf('\n', _at) is >= 0 and int end ? end : text.Length;
            else if (text[_at] == '/' && Peek(1) == '*')
                SkipBlockComment();
            else
                return;
        }
    }

    private void SkipBlockComment()
    {
        int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            throw Wrong(_at, "the comment that begins here does not end; write \"*/\" after it");
        for (int lineEnd = text.IndexOf('\n', _at, end - _at); lineEnd >= 0; lineEnd = text.IndexOf('\n', lineEnd + 1, end - lineEnd - 1))
            StartLine(lineEnd + 1);
        _at = end + 2;
    }

    private void StartLine(int start)
    {
        _line++;
        _lineStart = start;
    }

    private SchemaToken ReadWord()
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Peek(0)) || Peek(0) == '_')
            _at++;
        if (_at - start > Schema.NameCharsMax)
            throw Wrong(start, $"a name may have at most {Schema.NameCharsMax} characters, and this has more; shorten it");
        return Token(SchemaTokenKind.Word, text[start.._at], start);
    }

    /// <summary>Decimal or hexadecimal, whole or not. Values do not matter here, so they are not computed.</summary>
    private SchemaToken ReadNumber()
    {
        int start = _at;
        bool hex = Peek(0) == '0' && Peek(1) is 'x' or 'X';
        while (char.IsAsciiLetterOrDigit(Peek(0)) || Peek(0) == '.')
        {
            bool exponent = hex ? Peek(0) is 'p' or 'P' : Peek(0) is 'e' or 'E';
            _at += exponent && Peek(1) is '+' or '-' ? 2 : 1;
        }
        return Token(SchemaTokenKind.Number, "", start);
    }

    private SchemaToken ReadText(char quote)
    {
        int start = _at++;
        var value = new StringBuilder();
        while (Peek(0) != quote)
        {
            if (_at == text.Length || Peek(0) is '\n' or '\r')
                throw Wrong(start, $"the string that begins here does not end in its line; write {quote} after it");
            if (char.IsControl(Peek(0)))
                throw Wrong(_at, $"{Describe(Peek(0))} is not allowed in a string; remove it");
            if (Peek(0) == '\\')
                value.Append(ReadEscape());
            else
                value.Append(text[_at++]);
        }
        _at++;
        return Token(SchemaTokenKind.Text, value.ToString(), start);
    }

    private char ReadEscape()
    {
        int start = _at;
        char letter = Peek(1);
        _at += 2;
        return letter switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            '"' or '\'' or '\\' or '/' => letter,
            'x' => ReadHex(start, 2),
            'u' => ReadHex(start, 4),
            _ => throw Wrong(start, "unknown escape; write \\\\ for a backslash"),
        };
    }

    private char ReadHex(int start, int digits)
    {
        _at += digits;
        if (_at <= text.Length && ushort.TryParse(text.AsSpan(_at - digits, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out ushort value))
            return (char)value;
        throw Wrong(start, $"the escape \\{text[start + 1]} takes {digits} hexadecimal digits");
    }

    /// <summary>NUL past the end: lookahead stops there, and a NUL in the text is distinguished by its position.</summary>
    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private SchemaToken Token(SchemaTokenKind kind, string value, int start) => new(kind, value, _line, start - _lineStart + 1);

    private SchemaException Wrong(int at, string problem) => new SchemaPlace(file, _line, at - _lineStart + 1).Wrong(problem);

    /// <summary>Without quoting it. The decoder's replacement character is not part of the file.</summary>
    private static string Describe(char c) => c == '\uFFFD' ? "text that is not UTF-8" : "this character";
}
