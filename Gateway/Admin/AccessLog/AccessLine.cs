using System.Buffers;
using System.Globalization;
using System.Text.Json;
using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Gateway.Admin.AccessLog;

/// <summary>
/// A line of the access log: a JSON object with <c>time</c> (UTC), <c>listener</c>, <c>route</c>, <c>backend</c>, <c>server</c>, <c>status</c>,
/// <c>seconds</c>, <c>requestBytes</c>, <c>replyBytes</c>, <c>caller</c> and <c>worker</c>. Labels are those of the metrics; unknown values are null,
/// and an smf call without a route has its <c>id</c>.
/// </summary>
internal static class AccessLine
{
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("time"), Listener = JsonEncodedText.Encode("listener"),
        Route = JsonEncodedText.Encode("route"), Backend = JsonEncodedText.Encode("backend"), Server = JsonEncodedText.Encode("server"),
        Status = JsonEncodedText.Encode("status"), Seconds = JsonEncodedText.Encode("seconds"), RequestBytes = JsonEncodedText.Encode("requestBytes"),
        ReplyBytes = JsonEncodedText.Encode("replyBytes"), Caller = JsonEncodedText.Encode("caller"), Worker = JsonEncodedText.Encode("worker"),
        Id = JsonEncodedText.Encode("id");

    public static void Write(IBufferWriter<byte> output, in AccessRecord call, int worker)
    {
        TallyName name = call.Tally.Name;
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString(Time, call.Ended.UtcDateTime);
            json.WriteString(Listener, name.Listener);
            json.WriteString(Route, name.Route);
            json.WriteString(Backend, name.Backend);
            json.WriteString(Server, call.Server);
            json.WriteString(Status, call.Tally.Statuses.NameOf(call.Status));
            json.WriteNumber(Seconds, call.TookUs / 1e6);
            json.WriteNumber(RequestBytes, call.RequestBytes);
            json.WriteNumber(ReplyBytes, call.ReplyBytes);
            json.WriteString(Caller, call.Caller);
            json.WriteNumber(Worker, worker);
            if (call.UnknownId != 0)
                json.WriteString(Id, string.Create(CultureInfo.InvariantCulture, $"0x{call.UnknownId:x8}"));
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
