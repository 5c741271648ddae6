namespace FrameRpc.Protocol.Identity;

internal enum SchemaTokenKind
{
    End,
    Word,
    Number,
    Text,
    Symbol,
}

/// <summary>A word, number, string or symbol of a schema, and where it begins.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">A word or a symbol as it is written; what a string stands for, without quotes and escapes; empty for a number.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1, in UTF-16 characters.</param>
internal readonly record struct SchemaToken(SchemaTokenKind Kind, string Value, int Line, int Column)
{
    public bool IsWord(string word) => Kind is SchemaTokenKind.Word && Value == word;

    public bool IsSymbol(char symbol) => Kind is SchemaTokenKind.Symbol && Value[0] == symbol;

    /// <summary>The token as the end of a sentence, which never quotes it: the file may be no schema at all.</summary>
    public string Describe() => Kind switch
    {
        SchemaTokenKind.End => "the end of the file",
        SchemaTokenKind.Number => "a number",
        SchemaTokenKind.Text => "a string",
        SchemaTokenKind.Symbol => "a symbol",
        _ => "a word",
    };
}
