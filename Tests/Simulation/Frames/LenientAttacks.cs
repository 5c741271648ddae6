using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>Attacks on a server that parses as the first implementation does, and by a server on such a caller.</summary>
internal static class LenientAttacks
{
    private static readonly byte[] Danger = [.. Frame.RequestHeader("Danger", DataType.Json), .. Frame.Encode(FrameType.Data, true, "{\"Msg\":\"x\"}"u8)];
    public static readonly byte[] DangerHeader = Payload(Frame.RequestHeader("Danger", DataType.Json));

    /// <summary>Requests after which a lenient server would run <c>Danger</c>, which has no route, or crash.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Attacks => AttacksWith("Store");

    /// <param name="store">A method of octets that the server lacks.</param>
    public static IEnumerable<(string Name, byte[] Bytes)> AttacksWith(string store) => [
        ("octets to a JSON endpoint",
            [.. Frame.RequestHeader("Echo", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("{\"Msg\":\"x\"}")]),
        ("octets accepted of a JSON endpoint",
            [.. Frame.RequestHeader("Echo", DataType.Json, DataType.Octets), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("{\"Msg\":\"x\"}")]),
        ("frames inside balanced JSON",
            [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{!"u8, .. Spaces(510), .. Danger, .. "}"u8])]),
        ("frames after complete JSON",
            [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{}"u8, .. Spaces(510), .. Danger])]),
        ("null as octets", [.. Frame.RequestHeader("Echo", DataType.Octets, DataType.Json), .. Last("null")]),
        ("null where octets are accepted", [.. Frame.RequestHeader("Echo", DataType.Json, DataType.Octets), .. Last("null")]),
        ("null as nothing", [.. Frame.RequestHeader("Echo", DataType.None, DataType.Json), .. Last("null")]),
        ("null to a method that the server lacks", [.. Frame.RequestHeader("Fail", DataType.Json), .. Last("null")]),
        ("a header to a method that the server lacks", [.. Frame.RequestHeader("Fail", DataType.Json), .. Frame.Encode(FrameType.Data, true, DangerHeader)]),
        ("an escaped header to a method that the server lacks",
            [.. Frame.RequestHeader("Fail", DataType.Json), .. Last("{\"\\u0065ndpoint\":\"Danger\",\"DataType\":2,\"Accept\":2}")]),
        ("octets that are a header, to a method that the server lacks",
            [.. Frame.RequestHeader(store, DataType.Octets), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("1")]),
        ("octets that are an empty object and frames, to a method that the server lacks",
            [.. Frame.RequestHeader(store, DataType.Octets), .. Frame.Encode(FrameType.Data, true, [.. "{}"u8, .. Spaces(510), .. Danger])]),
        ("octets that are null, to a method that the server lacks", [.. Frame.RequestHeader(store, DataType.Octets), .. Last("null")]),
        ("a header in a long JSON text to a method that the server lacks",
            [.. Frame.RequestHeader("Fail", DataType.Json),
                .. Last("{\"x\":\"" + new string('x', 100_000) + "\",\"Endpoint\":\"Danger\",\"DataType\":2,\"Accept\":2}")]),
    ];

    /// <summary>Replies that contain the reply to the next call of a lenient caller.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Forgeries => [
        ("frames inside balanced JSON",
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{!"u8, .. Spaces(510), .. Forged, .. "}"u8])]),
        ("frames after complete JSON",
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{}"u8, .. Spaces(510), .. Forged])]),
        ("octets where JSON was accepted",
            [.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, true, [.. "{\"Msg\":\"ok\"}"u8, .. Spaces(500), .. Forged])]),
        ("frames in long JSON",
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{!"u8, .. Spaces(510), .. Forged, .. new byte[100_000]])]),
        ("frames late in long JSON",
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "["u8, .. Spaces(100_000), .. "!"u8, .. Spaces(510), .. Forged])]),
        ("an error reply with a data part",
            [.. Frame.ReplyHeader(DataType.Absent, ReplyError.Undecided, "no"), .. Frame.Encode(FrameType.Data, true, Payload(Forged))]),
        ("an error reply and another one", [.. Frame.ReplyHeader(DataType.Absent, ReplyError.Undecided, "no"), .. Forged]),
        ("two replies", [.. Frame.ReplyHeader(DataType.Json), .. Last("\"own\""), .. Forged]),
        ("the header null", Frame.Encode(FrameType.Header, true, "null"u8)),
        ("a header without a type", [.. Frame.Encode(FrameType.Header, true, "{\"Error\":1}"u8), .. Forged]),
    ];

    private static byte[] Forged => [.. Frame.ReplyHeader(DataType.Json), .. Last("{\"Msg\":\"forged\"}")];

    private static byte[] Spaces(int count) => [.. Enumerable.Repeat((byte)' ', count)];

    public static byte[] Last(string payload) => Frame.Encode(FrameType.Data, true, Encoding.UTF8.GetBytes(payload));

    public static byte[] Payload(byte[] frame) => frame[FrameHeader.Bytes..];
}
