using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Client;

/// <summary>A successful reply. Until its body was read to the end, or it was disposed, it keeps its connection.</summary>
public sealed class FrameReply : ReceivedMessage
{
    internal FrameReply(DataType dataType, DataPartReader part, int messageBytesMax)
        : base(dataType, part, Blame.Server, messageBytesMax)
    {
    }
}
