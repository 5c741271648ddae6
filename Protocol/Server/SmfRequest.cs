using FrameRpc.Protocol.Identity;

namespace FrameRpc.Protocol.Server;

/// <summary>A request as its handler sees it.</summary>
public readonly struct SmfRequest
{
    internal SmfRequest(RequestId id, ReadOnlyMemory<byte> payload, string peer)
    {
        Id = id;
        Payload = payload;
        Peer = peer;
    }

    /// <summary>Which method is called; a handler of several needs it.</summary>
    public RequestId Id { get; }

    /// <summary>What the caller sent, unpacked; its checksum was right.</summary>
    /// <remarks>Its memory is used again once the handler has completed: what is to stay must be copied. The reply may be made of it.</remarks>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Who called, for people.</summary>
    public string Peer { get; }
}
