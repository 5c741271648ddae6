using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>The frame format: a JSON header in frames, then a data part in frames, one call at a time.</summary>
internal sealed class FrameFormat : Format
{
    public override WireFormat Wire => WireFormat.Frame;

    public override StatusList Statuses => FrameStatuses.List;

    public override CallerFactory ForWorker(WorkerContext context)
    {
        Block gather = context.Loop.Blocks.Rent(FrameRequestReader.HeldBytesMax);
        return (ledger, socket, onClosed) => new FrameCaller(context, ledger, gather, socket, onClosed);
    }

    /// <summary>Always exclusive: the format has no call id.</summary>
    public override ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive) => new FrameServerConnection(loop, socket, server);

    public override Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null) => new FrameDemoConnection(loop, socket, onClosed);

    public override LoadConnection Connect(LoadThread thread, ISocket socket) => new FrameLoadConnection(thread, socket);

    public override LoadPayload PayloadOf(LoadPlan plan) =>
        plan.StreamBytes is { } bytes ? LoadPayload.Fixed(DemoBytes.Json(bytes))
        : plan.UploadBytes is not null ? LoadPayload.Octets(LoadConnection.PieceBytesMax)
        : plan.DataType == DataType.Json ? LoadPayload.Json(plan.SizeBytes)
        : LoadPayload.Octets(plan.SizeBytes);
}
