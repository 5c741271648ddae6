namespace FrameRpc.Protocol.Identity;

internal enum SchemaTokenKind
{
    End,
    Word,
    Number,
    Text,
    Symbol,
}

/// <summary>A word, number, string or symbol of a schema, and its position.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Value">A word or symbol as written; a string without quotes and escapes; empty for a number.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters.</param>
internal readonly record struct SchemaToken(SchemaTokenKind Kind, string Value, int Line, int Column)
{
    public bool IsWord(string word) => Kind is SchemaTokenKind.Word && Value == word;

    public bool IsSymbol(char symbol) => Kind is SchemaTokenKind.Symbol && Value[0] == symbol;

    /// <summary>The token as the end of a sentence. It is never quoted, because the file may be no schema at all.</summary>
    public string Describe() => Kind switch
    {
        SchemaTokenKind.End => "the end of the file",
        SchemaTokenKind.Number => "a number",
        SchemaTokenKind.Text => "a string",
        SchemaTokenKind.Symbol => "a symbol",
        _ => "a word",
    };
}
