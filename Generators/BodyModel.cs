namespace FrameRpc.Generators;

/// <summary>What a request or reply carries.</summary>
/// <param name="Type">The C# type as code, without an annotation of its own for null.</param>
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
    /// <summary>A value type: the reader of JSON refuses null by itself, or gives it where the type has one.</summary>
    Impossible,
    Refused,
    Allowed,
}
