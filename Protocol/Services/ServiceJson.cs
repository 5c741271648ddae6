using System.ComponentModel;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FrameRpc.Protocol.Services;

/// <summary>How generated code finds its JSON types: by their C# types, because a generator does not see the properties that another one makes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ServiceJson
{
    /// <summary>A type that the context declares.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerContext context) =>
        (JsonTypeInfo<T>?)context.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{context.GetType()} does not declare {typeof(T)}; add [JsonSerializable(typeof({typeof(T).Name}))] to it");
}
