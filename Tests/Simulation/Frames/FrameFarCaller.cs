using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>A scripted frame caller.</summary>
internal sealed class FrameFarCaller : FrameFarEnd
{
    public List<FrameMessage> Replies { get; } = [];

    public FrameMessage LastReply => Replies[^1];

    /// <summary>Called with each reply.</summary>
    public Action<FrameMessage>? OnReply { get; set; }

    /// <summary>Header parts received, of complete replies and others.</summary>
    public int RepliesBegun { get; private set; }

    public void Call(string json, string endpoint = GatewaySetup.Endpoint) => Send(Frame.JsonRequest(endpoint, json));

    /// <summary>A JSON request with an octets reply.</summary>
    public void Download(string json) => Send(Frame.Request("Download", DataType.Json, DataType.Octets, Encoding.UTF8.GetBytes(json)));

    protected override bool HasDataPart(FrameMessage message) => message.Error == ReplyError.Ok;

    protected override void OnMessageBegun(FrameMessage message) => RepliesBegun++;

    protected override void OnMessage(FrameMessage message)
    {
        Replies.Add(message);
        OnReply?.Invoke(message);
    }
}
