using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Cli;

/// <summary>One call in the smf format, printed as it is on the wire.</summary>
internal static class SmfCall
{
    /// <summary>What a person can want to see of one reply; a server that announces more is not believed.</summary>
    private const int ReplyBytesMax = 64 << 20;

    private const ushort Session = 1;

    /// <summary>A FlatBuffers table with one string of 35 characters: the 60 bytes that smf's own clients send for Get.</summary>
    public static byte[] DefaultPayload { get; } =
    [
        0x0c, 0, 0, 0, 0, 0, 0x06, 0, 0x08, 0, 0x04, 0, 0x06, 0, 0, 0, 0x04, 0, 0, 0, 0x23, 0, 0, 0,
        .. "0nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\0"u8,
    ];

    /// <summary>Makes the call; true when its status is 200.</summary>
    public static bool Make(CallSocket socket, RequestId id, byte[] payload, TextWriter output)
    {
        var request = new SmfHeader(SmfCompression.None, 0, Session, (uint)payload.Length, SmfChecksum.Of(payload), id.Value);
        byte[] message = new byte[SmfHeader.Bytes + payload.Length];
        request.Write(message);
        payload.CopyTo(message, SmfHeader.Bytes);
        output.WriteLine($"request  id {id}  {Describe(request)}");
        HexDump.Write(output, payload);
        socket.Send(message);

        byte[] head = new byte[SmfHeader.Bytes];
        socket.Receive(head, "the reply's header");
        var reply = SmfHeader.Read(head);
        output.WriteLine($"reply    status {reply.Meta}  {Describe(reply)}");
        if (reply.Size > ReplyBytesMax)
            throw new InvalidDataException($"the reply's header announces {reply.Size} bytes; {ReplyBytesMax} are the most that are read here");
        byte[] body = new byte[reply.Size];
        socket.Receive(body, "the reply");
        HexDump.Write(output, body);
        if (SmfChecksum.Of(body) != reply.Checksum)
            throw new InvalidDataException($"the reply's checksum is 0x{reply.Checksum:x8}, but that of its payload is 0x{SmfChecksum.Of(body):x8}");
        if (reply.Session != Session)
            throw new InvalidDataException($"the reply is for session {reply.Session}, the request was {Session}");
        return reply.Meta == SmfStatus.Ok;
    }

    private static string Describe(SmfHeader header) =>
        $"session {header.Session}  size {header.Size}  checksum 0x{header.Checksum:x8}"
        + (header.Compression is SmfCompression.None ? "" : $"  compression {header.Compression}");
}
