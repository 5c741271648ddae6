using System.ComponentModel;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FrameRpc.Protocol.Services;

/// <summary>Finds the JSON types for generated code by C# type, because a generator does not see the properties that another one generates.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ServiceJson
{
    /// <summary>A type that the context declares.</summary>
    /// <exception cref="InvalidOperationException">The context does not declare it.</exception>
    public static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerContext context) =>
        (JsonTypeInfo<T>?)context.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{context.GetType()} does not declare {typeof(T)}; add [JsonSerializable(typeof({typeof(T).Name}))] to it");
}
