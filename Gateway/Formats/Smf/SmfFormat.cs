using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>smf: a header of 16 bytes with a session and a request id, and a FlatBuffers table.</summary>
internal sealed class SmfFormat : Format
{
    public override WireFormat Wire => WireFormat.Smf;

    public override StatusList Statuses => SmfStatuses.List;

    public override CallerFactory ForWorker(WorkerContext context)
    {
        var calls = new SmfCallPool(context.Loop);
        return (ledger, socket, onClosed) => new SmfCaller(context, ledger, calls, socket, onClosed);
    }

    public override ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive) =>
        new SmfServerConnection(loop, socket, server, isExclusive);

    public override Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null) => new SmfDemoConnection(loop, socket, onClosed);

    public override LoadConnection Connect(LoadThread thread, ISocket socket) => new SmfLoadConnection(thread, socket);

    public override LoadPayload PayloadOf(LoadPlan plan) => LoadPayload.Table(plan.SizeBytes);
}
