using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>A complete request or reply. Tests send payloads that begin with an empty table, followed by their content.</summary>
internal sealed record SmfMessage(SmfHeader Header, byte[] Payload)
{
    /// <summary>Bytes of a payload before its content.</summary>
    public static int TableBytes => SmfEmptyReply.Payload.Length;

    /// <summary>Header and table: the bytes of a message before its content.</summary>
    public static int BytesBefore => SmfHeader.Bytes + TableBytes;

    /// <summary>The bytes after the empty table; the whole payload if it does not begin with one.</summary>
    public byte[] Content => Payload.AsSpan().StartsWith(SmfEmptyReply.Payload) ? Payload[TableBytes..] : Payload;

    public static byte[] Encode(ushort session, uint meta, ReadOnlySpan<byte> content) => EncodeRaw(session, meta, [.. SmfEmptyReply.Payload, .. content]);

    /// <summary>A message with this payload, a table or not.</summary>
    public static byte[] EncodeRaw(ushort session, uint meta, ReadOnlySpan<byte> payload, SmfCompression compression = SmfCompression.None)
    {
        byte[] message = new byte[SmfHeader.Bytes + payload.Length];
        new SmfHeader(compression, 0, session, (uint)payload.Length, SmfChecksum.Of(payload), meta).Write(message);
        payload.CopyTo(message.AsSpan(SmfHeader.Bytes));
        return message;
    }

    /// <summary>A header only, which may be invalid.</summary>
    public static byte[] EncodeHeader(ushort session, uint size, uint checksum, uint meta, byte flags = 0, byte compression = 0)
    {
        byte[] header = new byte[SmfHeader.Bytes];
        new SmfHeader((SmfCompression)compression, flags, session, size, checksum, meta).Write(header);
        return header;
    }

    /// <summary>Takes the next message from the front; null while it is incomplete.</summary>
    public static SmfMessage? Take(ByteQueue queue)
    {
        if (queue.Count < SmfHeader.Bytes)
            return null;
        SmfHeader header = SmfHeader.Read(queue.Bytes);
        if (queue.Count < SmfHeader.Bytes + (long)header.Size)
            return null;
        byte[] payload = queue.Bytes.Slice(SmfHeader.Bytes, (int)header.Size).ToArray();
        queue.Skip(SmfHeader.Bytes + payload.Length);
        return new SmfMessage(header, payload);
    }
}
