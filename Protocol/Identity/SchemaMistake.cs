namespace FrameRpc.Protocol.Identity;

/// <summary>An error in a schema: its position, and what to write instead.</summary>
/// <param name="File">The file as it was named; for an <c>include</c>, relative to the folder of the including file.</param>
/// <param name="Line">From 1, as in editors; 0 for the file as a whole.</param>
/// <param name="Column">From 1, in UTF-16 characters; 0 for the file as a whole.</param>
/// <param name="Text">What is wrong and how to correct it, in one line.</param>
public readonly record struct SchemaMistake(string File, int Line, int Column, string Text)
{
    /// <summary>For example <c>demo.fbs:12:9: type "Reqest" is not defined; did you mean "Request"?</c></summary>
    public override string ToString() => Line == 0 ? $"{File}: {Text}" : $"{File}:{Line}:{Column}: {Text}";
}

/// <summary>A schema could not be read. The message has a line for each error.</summary>
/// <param name="mistakes">At least one, in the order in which they were found.</param>
public sealed class SchemaException(IReadOnlyList<SchemaMistake> mistakes) : Exception(string.Join('\n', mistakes))
{
    /// <summary>
    /// A single one if the text violates the grammar, because what follows can only be guessed; else all unknown types and duplicate names, up to
    /// <see cref="Schema.MistakesMax"/>. Invalid text is never quoted, because the file may be no schema and confidential: an error has the position
    /// and the kind of word there. Names are quoted only from declarations that were read completely.
    /// </summary>
    public IReadOnlyList<SchemaMistake> Mistakes => mistakes;
}
