using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Cli;

/// <summary>One call in the frame format: a JSON body, or none, and whatever comes back.</summary>
internal sealed class FrameCall(CallSocket socket, TextWriter output)
{
    /// <summary>A stream has no end of its own; this much of it is kept to be shown, the rest is counted.</summary>
    private const int ShownBytesMax = 1 << 20;

    private readonly byte[] _payload = new byte[FrameHeader.PayloadBytesMax];

    /// <summary>Makes the call; true when its Error is 1.</summary>
    public bool Make(string endpoint, string? json, DataType accept)
    {
        SendRequest(Encoding.UTF8.GetBytes(endpoint), json is null ? [] : Encoding.UTF8.GetBytes(json), accept);
        ReplyError error = ReceiveHeader(out DataType dataType);
        // An error reply is a header alone.
        if (error is ReplyError.Ok)
            ReceiveData(dataType);
        socket.TakeLeave(FrameHeader.Reset);
        return error is ReplyError.Ok;
    }

    /// <summary>Header and body leave in one write and without line ends, which is what all servers of the format take.</summary>
    private void SendRequest(byte[] endpoint, byte[] body, DataType accept)
    {
        var header = new MessageHeader(endpoint, body.Length == 0 ? DataType.None : DataType.Json, accept, ReplyError.Absent, []);
        byte[] json = new byte[MessageHeader.BytesMax];
        int length = header.Write(json);
        if (length == 0)
            throw new InvalidDataException($"the endpoint's name does not fit into a header of {MessageHeader.BytesMax} bytes");
        output.WriteLine($"request  {Encoding.UTF8.GetString(json, 0, length)}");
        if (body.Length > 0)
            output.WriteLine($"         {Encoding.UTF8.GetString(body)}");

        var message = new MemoryStream();
        WriteFrame(message, FrameType.Header, last: true, json.AsSpan(0, length));
        for (int sent = 0; sent == 0 || sent < body.Length; sent += FrameHeader.PayloadBytesMax)
        {
            int end = Math.Min(body.Length, sent + FrameHeader.PayloadBytesMax);
            WriteFrame(message, FrameType.Data, last: end == body.Length, body.AsSpan(sent..end));
        }
        socket.Send(message.GetBuffer().AsSpan(0, (int)message.Length));
    }

    private static void WriteFrame(MemoryStream message, FrameType type, bool last, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[FrameHeader.Bytes];
        new FrameHeader(type, last, (uint)payload.Length).Write(head);
        message.Write(head);
        message.Write(payload);
    }

    private ReplyError ReceiveHeader(out DataType dataType)
    {
        var json = new MemoryStream();
        bool more = true;
        while (more)
        {
            FrameHeader frame = ReceiveFrame(FrameType.Header);
            json.Write(_payload, 0, (int)frame.PayloadLength);
            if (json.Length > MessageHeader.BytesMax)
                throw new InvalidDataException($"the reply's header is longer than {MessageHeader.BytesMax} bytes");
            more = !frame.NoMoreFrames;
        }
        ReadOnlySpan<byte> text = json.GetBuffer().AsSpan(0, (int)json.Length);
        output.WriteLine($"reply    {Printable(text)}");
        MessageHeaderFault fault = MessageHeader.TryRead(text, new byte[MessageHeader.BytesMax], out MessageHeader header);
        if (fault is not MessageHeaderFault.None)
            throw new InvalidDataException($"the reply's header cannot be read: {fault}");
        dataType = header.DataType;
        return header.Error;
    }

    private void ReceiveData(DataType dataType)
    {
        var shown = new MemoryStream();
        long length = 0;
        bool more = true;
        while (more)
        {
            FrameHeader frame = ReceiveFrame(FrameType.Data);
            length += frame.PayloadLength;
            shown.Write(_payload, 0, (int)Math.Min(frame.PayloadLength, ShownBytesMax - shown.Length));
            more = !frame.NoMoreFrames;
        }
        ReadOnlySpan<byte> bytes = shown.GetBuffer().AsSpan(0, (int)shown.Length);
        if (dataType is DataType.Json)
            output.WriteLine($"         {Printable(bytes)}{(length > shown.Length ? " …" : "")}");
        else
            HexDump.Write(output, bytes);
        if (dataType is not DataType.Json || length > shown.Length)
            output.WriteLine($"         {length} bytes");
    }

    /// <summary>Reads one frame of a part, its payload into the buffer.</summary>
    private FrameHeader ReceiveFrame(FrameType type)
    {
        string what = type is FrameType.Header ? "the reply's header" : "the reply's data";
        Span<byte> head = stackalloc byte[FrameHeader.Bytes];
        socket.Receive(head, what);
        var frame = FrameHeader.Read(head);
        if (frame.Type is FrameType.Reset)
            throw new InvalidDataException($"the server reset the connection before {what} had come whole");
        if (!frame.IsValid || frame.Type != type)
            throw new InvalidDataException($"{Convert.ToHexStringLower(head)} is not a frame of {what}");
        socket.Receive(_payload.AsSpan(0, (int)frame.PayloadLength), what);
        return frame;
    }

    private static string Printable(ReadOnlySpan<byte> text) =>
        string.Concat(Encoding.UTF8.GetString(text).TrimEnd().Select(c => char.IsControl(c) && c is not '\n' ? '\ufffd' : c));
}
