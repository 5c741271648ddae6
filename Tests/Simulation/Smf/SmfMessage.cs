using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>A whole request or reply.</summary>
internal sealed record SmfMessage(SmfHeader Header, byte[] Payload)
{
    public static byte[] Encode(ushort session, uint meta, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[SmfHeader.Bytes + payload.Length];
        new SmfHeader(SmfCompression.None, 0, session, (uint)payload.Length, SmfChecksum.Of(payload), meta).Write(message);
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
