namespace FrameRpc.Protocol.Identity;

/// <summary>A schema could not be read. The message has a line for each mistake.</summary>
/// <param name="mistakes">At least one, in the order in which they were found.</param>
public sealed class SchemaException(IReadOnlyList<SchemaMistake> mistakes) : Exception(string.Join('\n', mistakes))
{
    /// <summary>
    /// One where the text breaks the grammar, because what comes behind it can only be guessed; else all unknown types and names given twice, up to
    /// <see cref="Schema.MistakesMax"/>.
    /// </summary>
    public IReadOnlyList<SchemaMistake> Mistakes => mistakes;
}
