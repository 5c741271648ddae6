namespace FrameRpc.Protocol.Identity;

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
