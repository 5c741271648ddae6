using System.Text.Json;
using System.Text.Json.Serialization;

namespace FrameRpc.Gateway.Demo;

/// <summary><c>{"Bytes":N}</c>: how much to stream, or how much was uploaded. Other members are ignored.</summary>
internal sealed record DemoBytes
{
    [JsonRequired]
    public long Bytes { get; init; }

    public static byte[] Json(long bytes) => JsonSerializer.SerializeToUtf8Bytes(new DemoBytes { Bytes = bytes }, DemoJsonContext.Default.DemoBytes);
}

/// <summary>Names are matched without case, as the first implementation's JSON reader does.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(DemoBytes))]
internal sealed partial class DemoJsonContext : JsonSerializerContext;
