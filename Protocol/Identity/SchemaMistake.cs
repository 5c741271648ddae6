namespace FrameRpc.Protocol.Identity;

/// <summary>One thing that is wrong in a schema: where, what, and what to write.</summary>
/// <param name="File">The file as it was named, or as an <c>include</c> names it behind the folder of the file that includes it.</param>
/// <param name="Line">Counted from 1, as editors do; 0 where the file as a whole is meant.</param>
/// <param name="Column">Counted from 1, in UTF-16 characters; 0 where the file as a whole is meant.</param>
/// <param name="Text">What is wrong and what to do about it, in one line.</param>
public readonly record struct SchemaMistake(string File, int Line, int Column, string Text)
{
    /// <summary><c>demo.fbs:12:9: type "Reqest" is not defined; did you mean "Request"?</c></summary>
    public override string ToString() => Line == 0 ? $"{File}: {Text}" : $"{File}:{Line}:{Column}: {Text}";
}

/// <summary>A schema could not be read. The message has a line for each mistake.</summary>
/// <param name="mistakes">At least one, in the order in which they were found.</param>
public sealed class SchemaException(IReadOnlyList<SchemaMistake> mistakes) : Exception(string.Join('\n', mistakes))
{
    /// <summary>
    /// One where the text breaks the grammar, because what comes behind it can only be guessed; else all unknown types and names given twice, up to
    /// <see cref="Schema.MistakesMax"/>. What breaks the grammar is never quoted, because the file may be no schema and not for everybody's eyes: a mistake says
    /// the place and what kind of word stands there. Names are quoted of declarations that were read whole.
    /// </summary>
    public IReadOnlyList<SchemaMistake> Mistakes => mistakes;
}
