using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Writes the content of a body from <paramref name="offset"/> on.</summary>
internal delegate void FillContent(Span<byte> bytes, long offset);

/// <summary>Reads so many bytes of a body, and verifies that they are its content from <paramref name="offset"/> on.</summary>
internal delegate void ReadContent(Peer peer, long bytes, long offset);

/// <summary>Bodies too large to be held by anybody, of content that follows from its place, so that every byte is verified as it comes.</summary>
internal static class LargeBody
{
    private const int ChunkBytes = FrameHeader.PayloadBytesMax;

    /// <summary>Sends a message with this header.</summary>
    public static void SendSmf(Peer peer, SmfHeader header)
    {
        byte[] head = new byte[SmfHeader.Bytes];
        header.Write(head);
        peer.Send(head);
        byte[] chunk = new byte[ChunkBytes];
        for (long sent = 0; sent < header.Size; sent += chunk.Length)
        {
            FillSmf(chunk, sent);
            peer.Send(chunk.AsSpan(0, (int)Math.Min(chunk.Length, header.Size - sent)));
        }
    }

    /// <summary>The content of an smf body from <paramref name="offset"/> on: an empty table stands in its first bytes.</summary>
    public static void FillSmf(Span<byte> bytes, long offset)
    {
        DemoContent.Fill(bytes, offset);
        if (offset == 0)
            SmfEmptyReply.Payload.CopyTo(bytes);
    }

    /// <summary>Reads so many bytes, which must be those of an smf body from <paramref name="offset"/> on.</summary>
    public static void ReadSmf(Peer peer, long bytes, long offset = 0)
    {
        int tableBytes = offset == 0 ? SmfEmptyReply.Payload.Length : 0;
        Must.Hold(peer.Receive(tableBytes).SequenceEqual(SmfEmptyReply.Payload[..tableBytes]));
        ReadContent(peer, bytes - tableBytes, offset + tableBytes);
    }

    /// <summary>Frames of 4 MiB, and an empty one at the end, as the first implementation sends a length that is a multiple of it.</summary>
    public static void SendOctets(Peer peer, long bytes)
    {
        byte[] chunk = new byte[ChunkBytes];
        for (long sent = 0; sent < bytes; sent += chunk.Length)
        {
            DemoContent.Fill(chunk, sent);
            peer.Send(FrameMessage.Frame(FrameType.Data, isLast: false, chunk));
        }
        peer.Send(FrameMessage.Frame(FrameType.Data, isLast: true, []));
    }

    /// <summary>Has so many octets sent by the demo server of a gateway, in one call.</summary>
    public static void Stream(string address, long bytes)
    {
        using var caller = Peer.Connect(address);
        caller.Send(FrameMessage.Call("Stream", $$"""{"Bytes":{{bytes}}}""", accept: 3).ToBytes());
        FrameMessage.ReadHeader(caller);
        Must.Hold(ReadOctets(caller) == bytes);
    }

    /// <summary>Reads a whole octets part, and returns its length.</summary>
    public static long ReadOctets(Peer peer)
    {
        long bytes = 0;
        while (true)
        {
            var frame = FrameHeader.Read(peer.Receive(FrameHeader.Bytes));
            Must.Hold(frame.Type == FrameType.Data);
            ReadContent(peer, frame.PayloadLength, bytes);
            bytes += frame.PayloadLength;
            if (frame.NoMoreFrames)
                return bytes;
        }
    }

    /// <summary>Reads so many bytes, which must be the content from <paramref name="offset"/> on.</summary>
    public static void ReadContent(Peer peer, long bytes, long offset = 0)
    {
        byte[] chunk = new byte[256 * 1024];
        for (long end = offset + bytes; offset < end;)
        {
            int received = peer.ReceiveSome(chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - offset)));
            Must.Hold(received > 0, $"the stream ended at {offset}");
            Must.Hold(DemoContent.Matches(chunk.AsSpan(0, received), offset), $"the content is wrong within {received} bytes from {offset} on");
            offset += received;
        }
    }
}
