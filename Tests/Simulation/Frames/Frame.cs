using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>One frame with its payload.</summary>
internal sealed record Frame(FrameType Type, bool IsLast, byte[] Payload)
{
    public static byte[] Encode(FrameType type, bool isLast, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + payload.Length];
        new FrameHeader(type, isLast, (uint)payload.Length).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        return frame;
    }

    public static byte[] Reset => FrameHeader.Reset.ToArray();

    /// <summary>Takes the next frame from the front; null while it is incomplete.</summary>
    public static Frame? Take(ByteQueue queue)
    {
        if (queue.Count < FrameHeader.Bytes)
            return null;
        FrameHeader header = FrameHeader.Read(queue.Bytes);
        if (queue.Count < FrameHeader.Bytes + (long)header.PayloadLength)
            return null;
        byte[] payload = queue.Bytes.Slice(FrameHeader.Bytes, (int)header.PayloadLength).ToArray();
        queue.Skip(FrameHeader.Bytes + payload.Length);
        return new Frame(header.Type, header.NoMoreFrames, payload);
    }

    /// <summary>The header of a request that accepts the type it sends.</summary>
    public static byte[] RequestHeader(string endpoint, DataType dataType) => RequestHeader(endpoint, dataType, dataType);

    public static byte[] RequestHeader(string endpoint, DataType dataType, DataType accept) =>
        Encode(FrameType.Header, true, HeaderJson(endpoint, dataType, accept, ReplyError.Absent, ""));

    public static byte[] ReplyHeader(DataType dataType, ReplyError error = ReplyError.Ok, string message = "") =>
        Encode(FrameType.Header, true, HeaderJson("", dataType, DataType.Absent, error, message));

    /// <summary>A request with one data frame.</summary>
    public static byte[] Request(string endpoint, DataType dataType, ReadOnlySpan<byte> data) =>
        Request(endpoint, dataType, dataType, data);

    public static byte[] Request(string endpoint, DataType dataType, DataType accept, ReadOnlySpan<byte> data) =>
        [.. RequestHeader(endpoint, dataType, accept), .. Encode(FrameType.Data, true, data)];

    public static byte[] JsonRequest(string endpoint, string json) => Request(endpoint, DataType.Json, Encoding.UTF8.GetBytes(json + "\n"));

    /// <summary>An octets part as the first implementation sends it: frames of 4 MiB, the last one shorter or empty.</summary>
    public static byte[] Octets(ReadOnlySpan<byte> data, int frameBytes = FrameHeader.PayloadBytesMax)
    {
        var part = new List<byte>();
        for (; data.Length >= frameBytes; data = data[frameBytes..])
            part.AddRange(Encode(FrameType.Data, false, data[..frameBytes]));
        part.AddRange(Encode(FrameType.Data, true, data));
        return [.. part];
    }

    private static byte[] HeaderJson(string endpoint, DataType dataType, DataType accept, ReplyError error, string message)
    {
        byte[] json = new byte[MessageHeader.BytesMax];
        int length = new MessageHeader(Encoding.UTF8.GetBytes(endpoint), dataType, accept, error, Encoding.UTF8.GetBytes(message)).WriteLine(json);
        return json[..length];
    }
}
