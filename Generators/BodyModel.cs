namespace FrameRpc.Generators;

/// <summary>The body of a request or reply.</summary>
/// <param name="Type">The C# type as code, without its own nullable annotation.</param>
/// <param name="Null">What null means for the type.</param>
internal sealed record BodyModel(BodyKind Kind, string Type, Nullness Null)
{
    public static BodyModel None { get; } = new(BodyKind.None, "", Nullness.Impossible);
}

internal enum BodyKind
{
    None,
    Json,
    Stream,
    Pipe,
    Sequence,
    Memory,
    Array,
    SmfPayload,
}

internal enum Nullness
{
    /// <summary>A value type: the JSON reader rejects null itself, or returns it if the type is nullable.</summary>
    Impossible,
    Refused,
    Allowed,
}
