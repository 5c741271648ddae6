using System.Text.Json;
using System.Text.Json.Serialization;

namespace FrameRpc.Gateway.Demo;

/// <summary><c>{"Bytes":N}</c>: the number of bytes to stream, or that were uploaded. Other members are ignored.</summary>
internal sealed record DemoBytes
{
    [JsonRequired]
    public long Bytes { get; init; }

    public static byte[] Json(long bytes) => JsonSerializer.SerializeToUtf8Bytes(new DemoBytes { Bytes = bytes }, DemoJsonContext.Default.DemoBytes);
}

/// <summary>Names are case-insensitive, as in the first implementation's JSON reader.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(DemoBytes))]
internal sealed partial class DemoJsonContext : JsonSerializerContext;
