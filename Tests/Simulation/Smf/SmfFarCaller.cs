using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>A scripted smf caller.</summary>
internal sealed class SmfFarCaller : FarEnd
{
    public List<SmfMessage> Replies { get; } = [];

    /// <summary>Called with each reply.</summary>
    public Action<SmfMessage>? OnReply { get; set; }

    /// <summary>Whether it fails, as the first Go client does, on a payload without the outline of a table.</summary>
    public bool NeedsTables { get; set; } = true;

    public SmfMessage LastReply => Replies[^1];

    /// <summary>The status of the reply with this session.</summary>
    public uint StatusOf(ushort session) => Replies.Single(reply => reply.Header.Session == session).Header.Meta;

    public void Call(ushort session, ReadOnlySpan<byte> content) => Send(SmfMessage.Encode(session, GatewaySetup.GetId, content));

    protected override void OnReceived()
    {
        while (SmfMessage.Take(Inbox) is { } reply)
        {
            // The C++ client fails all its calls on this.
            if (reply.Header.CheckReply() != SmfFault.None || reply.Header.Checksum != SmfChecksum.Of(reply.Payload))
                throw new InvalidDataException($"a reply that breaks clients: {reply.Header}");
            if (NeedsTables && reply.Header.Compression <= SmfCompression.Disabled && !SmfTableOutline.IsTable(reply.Payload))
                throw new InvalidDataException($"a reply that is not a table: {reply.Header}");
            Replies.Add(reply);
            OnReply?.Invoke(reply);
        }
    }
}
