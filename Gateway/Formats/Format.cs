using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats;

/// <summary>
/// All that a wire format brings: its callers, its connections to servers, the names of its statuses, its embedded server and
/// its load. Asked when a connection is made, never for a call.
/// </summary>
internal abstract class Format : IServerFormat, ILoadFormat
{
    public abstract WireFormat Wire { get; }

    public abstract StatusList Statuses { get; }

    /// <summary>What makes the callers of one worker.</summary>
    public abstract CallerFactory ForWorker(WorkerContext context);

    public abstract ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive);

    public abstract Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null);

    public abstract LoadConnection Connect(LoadThread thread, ISocket socket);

    public abstract LoadPayload PayloadOf(LoadPlan plan);
}

/// <summary>Makes a caller of a socket that was accepted.</summary>
/// <param name="ledger">Where the calls that come in by its listener are counted.</param>
/// <param name="socket">The connection.</param>
/// <param name="onClosed">Called once, when the caller is gone.</param>
internal delegate Caller CallerFactory(ListenerLedger ledger, ISocket socket, Action onClosed);
