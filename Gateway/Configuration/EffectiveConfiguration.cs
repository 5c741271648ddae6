using System.Text.Json;

namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// The effective configuration, in the form of gateway.json: a gateway that runs with it behaves the same. Written from the options only, so it
/// contains nothing else of the file or the environment.
/// </summary>
internal static class EffectiveConfiguration
{
    public static byte[] Write(GatewayOptions options)
    {
        var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            GatewaySection.Options.Write(json, options, options);
            json.WriteEndObject();
        }
        return text.ToArray();
    }
}
