using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// An address on which the gateway listens, behaving as in the kernel: TCP callers are spread over the workers' own queues and reported once; Unix
/// callers wait in one queue, each wakes one worker, and the queue is reported until it is empty.
/// </summary>
internal sealed class SimulatedListeners(SimulatedWorld world, Random random, Address address, int workers) : IOpenedAddress
{
    private readonly Queue<SimulatedSocket> _shared = new();
    private readonly SimulatedListenerSocket?[] _sockets = new SimulatedListenerSocket?[workers];
    private bool _isWithdrawn;

    public Address Address => address;

    public bool IsShared { get; } = address is UnixAddress;

    public SimulatedListenerSocket Attach(SimulatedNetwork network, int worker) =>
        _sockets[worker] = new SimulatedListenerSocket(this, world, random, network, IsShared ? _shared : new Queue<SimulatedSocket>());

    /// <summary>A caller has connected and waits to be accepted.</summary>
    public void Arrive(SimulatedSocket caller)
    {
        SimulatedListenerSocket[] open = [.. _sockets.OfType<SimulatedListenerSocket>().Where(socket => !socket.IsClosed)];
        if (open.Length == 0 || (_isWithdrawn && IsShared))
        {
            caller.Abort();
            return;
        }
        SimulatedListenerSocket chosen = open[random.Next(open.Length)];
        chosen.Queue.Enqueue(caller);
        chosen.Wake();
    }

    public void Withdraw() => _isWithdrawn = true;

    /// <summary>Callers that wait at this socket are lost, unless other sockets share the queue.</summary>
    public void OnClosed(SimulatedListenerSocket closed)
    {
        if (IsShared && Array.Exists(_sockets, socket => socket is { IsClosed: false }))
            return;
        while (closed.Queue.TryDequeue(out SimulatedSocket? left))
            left.Abort();
    }

    public void Dispose() => Withdraw();
}

/// <summary>One worker's socket of such an address.</summary>
internal sealed class SimulatedListenerSocket(SimulatedListeners listeners, SimulatedWorld world, Random random, SimulatedNetwork network,
    Queue<SimulatedSocket> queue)
    : Watched, IListenerSocket
{
    private bool _isClosed;
    private bool _isUnregistered;

    public Queue<SimulatedSocket> Queue => queue;

    public override bool IsClosed => _isClosed;

    public override Readiness Level => queue.Count > 0 && !_isUnregistered ? Readiness.Readable : Readiness.None;

    public override bool StaysRaised => listeners.IsShared && !_isClosed && Level != Readiness.None;

    public void Wake()
    {
        if (!_isUnregistered)
            network.Raise(this);
    }

    public AcceptStatus Accept(out Arrival arrival)
    {
        arrival = default;
        ObjectDisposedException.ThrowIf(_isClosed, this);
        RegisterAgain();
        if (queue.Count == 0)
            return AcceptStatus.Empty;
        world.NoteActivity();
        if (world.Descriptors.AreExhausted)
        {
            _isUnregistered = listeners.IsShared;
            return AcceptStatus.Exhausted;
        }
        SimulatedSocket caller = queue.Dequeue();
        if (caller.Peer.IsClosed && random.Next(2) == 0)
        {
            caller.Close();
            return AcceptStatus.CallerGone;
        }
        arrival = world.Descriptors.Accept(caller);
        world.Events.Note("worker {0} accepts socket {1}", network.Worker, caller.Number);
        return AcceptStatus.Accepted;
    }

    public ISocket? TryAdopt(Arrival arrival)
    {
        SimulatedSocket caller = world.Descriptors.Claim(arrival);
        world.NoteActivity();
        if (world.Descriptors.AreWatchesExhausted)
        {
            caller.Abort();
            return null;
        }
        world.Events.Note("worker {0} serves socket {1}", network.Worker, caller.Number);
        caller.Adopt(network);
        return caller;
    }

    public void Refuse(Arrival arrival)
    {
        world.NoteActivity();
        world.Descriptors.Claim(arrival).Abort();
    }

    public void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        network.Forget(this);
        listeners.OnClosed(this);
    }

    /// <summary>Registering reports what is already there.</summary>
    private void RegisterAgain()
    {
        if (!_isUnregistered)
            return;
        _isUnregistered = false;
        if (queue.Count > 0)
            network.Raise(this);
    }
}
