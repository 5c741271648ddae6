using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>A complete message: its header part, and its data part unless it is an error reply.</summary>
internal sealed class FrameMessage(byte[] headerJson)
{
    public byte[] HeaderJson => headerJson;

    public string Endpoint { get; } = Field(headerJson, header => Encoding.UTF8.GetString(header.Endpoint));

    public DataType DataType { get; } = Field(headerJson, header => header.DataType);

    public DataType Accept { get; } = Field(headerJson, header => header.Accept);

    public ReplyError Error { get; } = Field(headerJson, header => header.Error);

    public string ErrorMessage { get; } = Field(headerJson, header => Encoding.UTF8.GetString(header.ErrorMessage));

    /// <summary>The frames of the data part.</summary>
    public List<Frame> Frames { get; } = [];

    public bool IsWhole { get; set; }

    public byte[] Data => [.. Frames.SelectMany(frame => frame.Payload)];

    public string Json => Encoding.UTF8.GetString(Data);

    private delegate T Reader<T>(MessageHeader header);

    private static T Field<T>(byte[] json, Reader<T> read)
    {
        MessageHeaderFault fault = MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header);
        if (fault != MessageHeaderFault.None)
            throw new InvalidDataException($"the gateway sent a header that is {fault}");
        return read(header);
    }
}
