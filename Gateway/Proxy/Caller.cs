using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Proxy;

/// <summary>A connection from a caller.</summary>
internal abstract class Caller : Connection
{
    protected Caller(Dispatcher dispatcher, ISocket socket, Action onClosed)
        : base(dispatcher.Loop, socket, ConnectionState.Open)
    {
        Dispatcher = dispatcher;
        _onClosed = onClosed;
        dispatcher.Add(this);
    }

    private readonly Action _onClosed;

    protected Dispatcher Dispatcher { get; }

    /// <summary>Draining: takes leave as soon as no call is in flight.</summary>
    public abstract void LeaveWhenIdle();

    /// <summary>Nobody is left to hear a reply; what is unread can only be requests.</summary>
    protected override void OnBrokenWhilePaused() => Abort();

    protected override void OnClosed()
    {
        Dispatcher.Remove(this);
        _onClosed();
    }
}
