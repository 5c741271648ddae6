using System.Text.Json.Serialization;

namespace FrameRpc.Gateway.Demo;

/// <summary><c>{"Bytes":N}</c>: how much to stream, or how much was uploaded. Other members are ignored.</summary>
internal sealed record DemoBytes
{
    [JsonRequired]
    public long Bytes { get; init; }
}

/// <summary>Names are matched without case, as the first implementation's JSON reader does.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(DemoBytes))]
internal sealed partial class DemoJsonContext : JsonSerializerContext;
