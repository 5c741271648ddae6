using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats;

/// <summary>
/// Everything a wire format provides: callers, connections to servers, names of statuses, the embedded server and load. Called per connection, never
/// per call.
/// </summary>
internal abstract class Format : IServerFormat, ILoadFormat
{
    public abstract WireFormat Wire { get; }

    public abstract StatusList Statuses { get; }

    /// <summary>Creates the callers of one worker.</summary>
    public abstract CallerFactory ForWorker(WorkerContext context);

    public abstract ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive);

    public abstract Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null);

    public abstract LoadConnection Connect(LoadThread thread, ISocket socket);

    public abstract LoadPayload PayloadOf(LoadPlan plan);
}

/// <summary>Creates a caller from an accepted socket.</summary>
/// <param name="ledger">Counts the calls of its listener.</param>
/// <param name="socket">The connection.</param>
/// <param name="onClosed">Called once, when the caller has disconnected.</param>
internal delegate Caller CallerFactory(ListenerLedger ledger, ISocket socket, Action onClosed);
