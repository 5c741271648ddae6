using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Workers;

/// <summary>Takes the callers that connect to one address, as one worker's share of them.</summary>
internal sealed class Listener : IReadyHandler
{
    /// <summary>Callers taken in one go; after that the connected ones are heard first.</summary>
    private const int AcceptsMax = 256;

    /// <summary>When file descriptors or memory have run out, only others' closing helps, and nothing tells of it.</summary>
    private const int RetryExhaustedMs = 100;

    private readonly EventLoop _loop;
    private readonly IListener _listener;
    private readonly int _connectionsMax;
    private readonly Func<ISocket, Action, bool> _serve;
    private readonly CallbackTimer _retry;
    private readonly Action _onClosed;
    private int _connections;

    /// <param name="connectionsMax">Callers at once.</param>
    /// <param name="serve">Takes a caller and what to call when it is gone; false when it does not want it.</param>
    public Listener(EventLoop loop, IListener listener, int connectionsMax, Func<ISocket, Action, bool> serve)
    {
        _loop = loop;
        _listener = listener;
        _connectionsMax = connectionsMax;
        _serve = serve;
        _retry = new CallbackTimer(this, Accept);
        _onClosed = () => _connections--;
        listener.Owner = this;
    }

    public void OnReady(Readiness readiness) => Accept();

    public void OnException(Exception exception) => _loop.Timers.Arm(_retry, _loop.NowMs + RetryExhaustedMs);

    /// <summary>Takes those who are connected already, and nobody after them.</summary>
    public void Close()
    {
        Accept();
        _loop.Timers.Disarm(_retry);
        _listener.Close();
    }

    private void Accept()
    {
        for (int accepts = 0; accepts < AcceptsMax; accepts++)
        {
            switch (_listener.Accept(out ISocket? socket))
            {
                case AcceptStatus.Accepted:
                    Serve(socket!);
                    break;
                case AcceptStatus.Empty:
                    return;
                case AcceptStatus.Exhausted:
                    _loop.Counters.AcceptsExhausted++;
                    _loop.Timers.Arm(_retry, _loop.NowMs + RetryExhaustedMs);
                    return;
            }
        }
        // More may wait, and no edge will say so.
        _loop.Timers.Arm(_retry, _loop.NowMs);
    }

    private void Serve(ISocket socket)
    {
        if (_connections < _connectionsMax && _serve(socket, _onClosed))
        {
            _connections++;
            _loop.Counters.ConnectionsAccepted++;
            return;
        }
        // At once and visibly: a caller left in the queue would wait for somebody else to leave.
        _loop.Counters.ConnectionsRefused++;
        socket.Abort();
    }
}
