using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Peers;

/// <summary>A complete smf request or reply.</summary>
internal sealed record SmfMessage(ushort Session, uint Meta, byte[] Payload)
{
    /// <summary>SmfStorage.Get, which every <c>gateway.json</c> routes.</summary>
    public const uint Get = 0x6ad4023d;

    /// <summary>A request of 60 bytes, unique by its number.</summary>
    public static SmfMessage Request(int number)
    {
        byte[] payload = Vectors.Bytes("smf-get60.c2s")[SmfHeader.Bytes..];
        BitConverter.TryWriteBytes(payload.AsSpan(payload.Length - sizeof(int)), number);
        return new SmfMessage((ushort)number, Get, payload);
    }

    /// <summary>A payload of this many bytes: an empty table followed by zeros.</summary>
    public static byte[] Table(int bytes)
    {
        byte[] payload = new byte[bytes];
        SmfEmptyReply.Payload.CopyTo(payload);
        return payload;
    }

    /// <summary>The next message, with its checksum verified; null if the stream ended in order.</summary>
    public static SmfMessage? Read(Peer peer)
    {
        byte[] head = new byte[SmfHeader.Bytes];
        if (!peer.TryReceive(head))
            return null;
        var header = SmfHeader.Read(head);
        byte[] payload = peer.Receive(checked((int)header.Size));
        Must.Hold(header.Checksum == SmfChecksum.Of(payload));
        return new SmfMessage(header.Session, header.Meta, payload);
    }

    public byte[] ToBytes()
    {
        byte[] message = new byte[SmfHeader.Bytes + Payload.Length];
        new SmfHeader(SmfCompression.None, 0, Session, (uint)Payload.Length, SmfChecksum.Of(Payload), Meta).Write(message);
        Payload.CopyTo(message, SmfHeader.Bytes);
        return message;
    }

    public bool Equals(SmfMessage? other) => other is not null && (Session, Meta) == (other.Session, other.Meta)
        && Payload.AsSpan().SequenceEqual(other.Payload);

    public override int GetHashCode() => HashCode.Combine(Session, Meta, Payload.Length);
}
