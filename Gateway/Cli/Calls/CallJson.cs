using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The report of a call as one JSON object.</summary>
internal static class CallJson
{
    // The output is not embedded in HTML, so it needs no escapes for that.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, CallSettings settings, CallResult result, TimeSpan duration, WireTap tap)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteBoolean("success"u8, result.Success);
            json.WriteString("address"u8, settings.Address);
            json.WritePropertyName("status"u8);
            if (result.Status is { } status)
                json.WriteNumberValue(status);
            else
                json.WriteNullValue();
            json.WriteString("blame"u8, WordOf(result.Blame));
            json.WriteString("message"u8, result.Message);
            json.WriteStartArray("hints"u8);
            foreach (string hint in result.Hints)
                json.WriteStringValue(hint);
            json.WriteEndArray();
            json.WriteNumber("milliseconds"u8, Math.Round(duration.TotalMilliseconds, 3));
            json.WriteNumber("requestBytes"u8, tap.Requests.BodyBytes);
            json.WriteNumber("replyBytes"u8, tap.Replies.BodyBytes);
            json.WriteString("output"u8, result.Success ? settings.Output : null);
            WriteReply(json, result);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private static void WriteReply(Utf8JsonWriter json, CallResult result)
    {
        json.WritePropertyName("reply"u8);
        // Validated already, to a greater depth than the writer allows.
        if (result.Json is { } value)
            json.WriteRawValue(value.Span, skipInputValidation: true);
        else if (result.Bytes is { } bytes)
            json.WriteBase64StringValue(bytes.Span);
        else
            json.WriteNullValue();
    }

    private static string? WordOf(Blame? blame) => blame switch
    {
        Blame.Caller => "caller",
        Blame.Server => "server",
        Blame.Connection => "connection",
        Blame.Undecided => "undecided",
        _ => null,
    };
}
