using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests;

/// <summary>The fields of a message header, as values that outlive the bytes it was read from.</summary>
internal sealed record HeaderFields(string Endpoint, DataType DataType, DataType Accept, ReplyError Error, string ErrorMessage)
{
    public static HeaderFields Read(ReadOnlySpan<byte> json)
    {
        Must.Hold(MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header) == MessageHeaderFault.None);
        return new HeaderFields(
            Encoding.UTF8.GetString(header.Endpoint), header.DataType, header.Accept, header.Error, Encoding.UTF8.GetString(header.ErrorMessage));
    }

    /// <param name="line">With a line end.</param>
    public byte[] Write(bool line)
    {
        byte[] written = new byte[MessageHeader.BytesMax];
        var header = new MessageHeader(Encoding.UTF8.GetBytes(Endpoint), DataType, Accept, Error, Encoding.UTF8.GetBytes(ErrorMessage));
        return written[..(line ? header.WriteLine(written) : header.Write(written))];
    }
}
