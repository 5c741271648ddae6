using System.Text.Json;

namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// The configuration that is in effect, in the form of gateway.json: a gateway that is given it does the same. It is written from
/// the options alone, so that nothing else that stood in the file or in the environment can be in it.
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
