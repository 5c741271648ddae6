using System.Collections.Concurrent;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>Accepts callers on one address and serves its worker's share of them.</summary>
internal sealed class Listener : IReadyHandler
{
    /// <summary>Callers accepted at once, before connected ones are served again.</summary>
    private const int AcceptsMax = 256;

    /// <summary>File descriptors or memory become available when other connections close, for which there is no event.</summary>
    private const int RetryExhaustedMs = 100;

    private readonly Loop _loop;
    private readonly IListenerSocket _listener;
    private readonly CallerSpread _spread;
    private readonly int _place;
    private readonly CallerLimit _limit;
    private readonly Action<ISocket, Action> _serve;
    private readonly CallbackTimer _retry;
    private readonly Action _onClosed;
    private readonly ConcurrentQueue<Arrival> _handedOver = new();
    private readonly Action _openHandedOver;
    private bool _isClosing;

    /// <param name="loop">The worker's loop.</param>
    /// <param name="listener">The worker's own socket on the address.</param>
    /// <param name="spread">Shared with the other workers' listeners on this address.</param>
    /// <param name="limit">Limit on callers over all workers.</param>
    /// <param name="counters">Its counters.</param>
    /// <param name="serve">Serves a caller; gets a callback for when it has disconnected.</param>
    public Listener(Loop loop, IListenerSocket listener, CallerSpread spread, CallerLimit limit, ListenerCounters counters, Action<ISocket, Action> serve)
    {
        _loop = loop;
        _listener = listener;
        _spread = spread;
        _place = spread.Join(this);
        _limit = limit;
        Counters = counters;
        _serve = serve;
        _retry = new CallbackTimer(this, Accept);
        _onClosed = Leave;
        _openHandedOver = () => _loop.Guard(this, ServeHandedOver);
        listener.Owner = this;
    }

    public void OnReady(Readiness readiness) => Accept();

    public void OnException(Exception exception) => _loop.Timers.Arm(_retry, _loop.NowMs + RetryExhaustedMs);

    public ListenerCounters Counters { get; }

    /// <summary>
    /// Accepts the callers that are already connected, and no more. They stay on this worker, because others may have finished draining. A caller
    /// that was handed over before and arrives later is served too, and drained like the rest.
    /// </summary>
    public void Close()
    {
        _isClosing = true;
        Accept();
        _loop.Timers.Disarm(_retry);
        _listener.Close();
    }

    private void Accept()
    {
        ServeHandedOver();
        for (int accepts = 0; accepts < AcceptsMax; accepts++)
        {
            switch (_listener.Accept(out Arrival arrival))
            {
                case AcceptStatus.Accepted:
                    Admit(arrival);
                    break;
                case AcceptStatus.Empty:
                    return;
                case AcceptStatus.Exhausted:
                    _loop.NoteExhausted();
                    _loop.Timers.Arm(_retry, _loop.NowMs + RetryExhaustedMs);
                    return;
            }
        }
        // More may wait, without a further edge.
        _loop.Timers.Arm(_retry, _loop.NowMs);
    }

    private void Admit(Arrival arrival)
    {
        if (!_limit.TryEnter())
        {
            // Visible at once: a caller left in the queue would wait until another one leaves.
            Counters.Refused++;
            _listener.Refuse(arrival);
            return;
        }
        if (_isClosing)
            _spread.Stay(_place);
        else if (_spread.Place(_place) is var chosen && chosen != this)
        {
            Counters.HandedOver++;
            chosen.HandOver(arrival);
            return;
        }
        Serve(arrival);
    }

    /// <summary>Called on the thread of another worker, which has counted the caller in here.</summary>
    private void HandOver(Arrival arrival)
    {
        _handedOver.Enqueue(arrival);
        _loop.Post(_openHandedOver);
    }

    private void ServeHandedOver()
    {
        while (_handedOver.TryDequeue(out Arrival arrival))
            Serve(arrival);
    }

    private void Serve(Arrival arrival)
    {
        Counters.Accepted++;
        if (_listener.TryAdopt(arrival) is not { } socket)
        {
            Leave();
            _loop.NoteExhausted();
            return;
        }
        try
        {
            _serve(socket, _onClosed);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    private void Leave()
    {
        Counters.Closed++;
        _spread.Leave(_place);
        _limit.Leave();
    }
}
