using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>A whole request or reply. What tests send is the content of a table: an empty one, and the bytes behind it.</summary>
internal sealed record SmfMessage(SmfHeader Header, byte[] Payload)
{
    /// <summary>Bytes of a payload before its content.</summary>
    public static int TableBytes => SmfEmptyReply.Payload.Length;

    /// <summary>Header and table: what a message has more than its content.</summary>
    public static int BytesBefore => SmfHeader.Bytes + TableBytes;

    /// <summary>What stands behind the empty table; all of a payload that does not begin with it.</summary>
    public byte[] Content => Payload.AsSpan().StartsWith(SmfEmptyReply.Payload) ? Payload[TableBytes..] : Payload;

    public static byte[] Encode(ushort session, uint meta, ReadOnlySpan<byte> content) => EncodeRaw(session, meta, [.. SmfEmptyReply.Payload, .. content]);

    /// <summary>With this payload, be it a table or not.</summary>
    public static byte[] EncodeRaw(ushort session, uint meta, ReadOnlySpan<byte> payload, SmfCompression compression = SmfCompression.None)
    {
        byte[] message = new byte[SmfHeader.Bytes + payload.Length];
        new SmfHeader(compression, 0, session, (uint)payload.Length, SmfChecksum.Of(payload), meta).Write(message);
        payload.CopyTo(message.AsSpan(SmfHeader.Bytes));
        return message;
    }

    /// <summary>A header alone, with whatever is wrong with it.</summary>
    public static byte[] EncodeHeader(ushort session, uint size, uint checksum, uint meta, byte flags = 0, byte compression = 0)
    {
        byte[] header = new byte[SmfHeader.Bytes];
        new SmfHeader((SmfCompression)compression, flags, session, size, checksum, meta).Write(header);
        return header;
    }

    /// <summary>Takes the next message from the front; null while it is not whole.</summary>
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
