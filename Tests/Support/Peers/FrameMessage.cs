using System.Text;
using System.Text.Json;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Peers;

/// <summary>A complete frame request or reply; an error reply has no data part.</summary>
internal sealed record FrameMessage(string Endpoint, int DataType, int Accept, int Error, string ErrorMessage, byte[] Data)
{
    private const int Json = 2, Octets = 3;

    public string Text => Encoding.UTF8.GetString(Data).TrimEnd('\n');

    /// <summary>A call with a JSON body.</summary>
    public static FrameMessage Call(string endpoint, string json, int accept = Json) => new(endpoint, Json, accept, 0, "", Encoding.UTF8.GetBytes(json));

    public static FrameMessage Ok(byte[] json) => new("", Json, 0, 1, "", json);

    public static FrameMessage Fail(int error, string message) => new("", 0, 0, error, message, []);

    /// <summary>The next message; null if the peer ended the connection with a reset frame or in order.</summary>
    public static FrameMessage? Read(Peer peer)
    {
        if (ReadHeader(peer) is not { } message)
            return null;
        return message.Error > 1 ? message : message with { Data = ReadPart(peer, FrameType.Data)! };
    }

    /// <summary>The header part only; its data part remains to be read.</summary>
    public static FrameMessage? ReadHeader(Peer peer)
    {
        if (ReadPart(peer, FrameType.Header) is not { } part)
            return null;
        using var header = JsonDocument.Parse(part);
        JsonElement root = header.RootElement;
        return new FrameMessage(
            root.GetProperty(nameof(Endpoint)).GetString()!,
            root.GetProperty(nameof(DataType)).GetInt32(),
            root.GetProperty(nameof(Accept)).GetInt32(),
            root.GetProperty(nameof(Error)).GetInt32(),
            root.GetProperty(nameof(ErrorMessage)).GetString()!,
            []);
    }

    /// <summary>Header part and data part in one frame each, without line ends.</summary>
    public byte[] ToBytes() => Error > 1 ? HeaderBytes() : [.. HeaderBytes(), .. Frame(FrameType.Data, isLast: true, Data)];

    public byte[] HeaderBytes()
    {
        string header = $$"""
            {"Endpoint":"{{JsonEncodedText.Encode(Endpoint)}}","DataType":{{DataType}},"Accept":{{Accept}},"Error":{{Error}},"ErrorMessage":"{{JsonEncodedText.Encode(ErrorMessage)}}"}
            """;
        return Frame(FrameType.Header, isLast: true, Encoding.UTF8.GetBytes(header));
    }

    public static byte[] Frame(FrameType type, bool isLast, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + payload.Length];
        new FrameHeader(type, isLast, (uint)payload.Length).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        return frame;
    }

    /// <summary>The header of an octets request with a JSON reply, or of an octets reply with this error.</summary>
    public static byte[] OctetsHeader(string endpoint, int error) => new FrameMessage(endpoint, Octets, error == 0 ? Json : 0, error, "", []).HeaderBytes();

    /// <summary>The header of a request whose octets are echoed.</summary>
    public static byte[] OctetsEchoHeader() => new FrameMessage("EchoOctets", Octets, Octets, 0, "", []).HeaderBytes();

    public bool Equals(FrameMessage? other) =>
        other is not null && (Endpoint, DataType, Accept, Error, ErrorMessage)
            == (other.Endpoint, other.DataType, other.Accept, other.Error, other.ErrorMessage)
        && Data.AsSpan().SequenceEqual(other.Data);

    public override int GetHashCode() => HashCode.Combine(Endpoint, Error, Data.Length);

    private static byte[]? ReadPart(Peer peer, FrameType type)
    {
        var part = new MemoryStream();
        byte[] head = new byte[FrameHeader.Bytes];
        while (true)
        {
            if (!peer.TryReceive(head))
                return null;
            var frame = FrameHeader.Read(head);
            if (frame.Type == FrameType.Reset)
                return null;
            Must.Hold(frame.Type == type);
            part.Write(peer.Receive((int)frame.PayloadLength));
            if (frame.NoMoreFrames)
                return part.ToArray();
        }
    }
}
