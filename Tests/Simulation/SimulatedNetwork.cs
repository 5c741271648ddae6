using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// A network in memory. What one seed does to the streams that pass through it, it does again: all chance comes from one
/// <see cref="Random"/>, all time from one <see cref="VirtualTime"/>.
/// </summary>
internal sealed class SimulatedNetwork(VirtualTime time, Random random, NetworkConditions conditions) : INetwork
{
    private readonly Dictionary<Address, SimulatedServer> _servers = [];
    private readonly List<SimulatedPipe> _transit = [];
    private readonly PriorityQueue<Action, (long DueMs, long Order)> _planned = new();
    private readonly List<(SimulatedSocket Socket, Readiness Level)> _found = [];
    private readonly List<SimulatedSocket> _raised = [];
    private List<SimulatedSocket> _raisedFar = [];
    private List<SimulatedSocket> _runningFar = [];
    private int _nextFound;
    private long _order;

    /// <summary>How things are from now on.</summary>
    public NetworkConditions Conditions { get; set; } = conditions;

    /// <summary>How long the loop was ready to wait when it last did.</summary>
    public int WantedWaitMs { get; private set; }

    /// <summary>Whether anything was sent, received, opened or closed since this was last set to false.</summary>
    public bool WasActive { get; set; }

    public bool HasReady => _raised.Count > 0 || _raisedFar.Count > 0;

    /// <summary>When something happens of itself; <see cref="long.MaxValue"/> where nothing will.</summary>
    public long NextEventMs
    {
        get
        {
            long next = _planned.TryPeek(out _, out (long DueMs, long Order) priority) ? priority.DueMs : long.MaxValue;
            foreach (SimulatedPipe pipe in _transit)
                next = Math.Min(next, pipe.NextDeliveryMs);
            return next;
        }
    }

    public void Add(SimulatedServer server) => _servers.Add(server.Address, server);

    /// <summary>Has another server listen at an address.</summary>
    public void Replace(SimulatedServer server) => _servers[server.Address] = server;

    public void After(long delayMs, Action action) => _planned.Enqueue(action, (time.NowMs + delayMs, _order++));

    public IListenerSocket Listen(IOpenedAddress opened, int worker) => throw new NotSupportedException("callers are put on the loop directly");

    public ISocket Connect(Address address)
    {
        NoteActivity();
        SimulatedServer server = _servers[address];
        server.ConnectsSeen++;
        if (server.ThrowsOnConnect)
            throw new IOException("socket: too many open files");
        (SimulatedSocket near, SimulatedSocket far) = Pair();
        near.IsConnecting = far.IsConnecting = true;
        int delayMs = server.ConnectDelayMs + (Conditions.DelayMsMax > 0 ? random.Next(Conditions.DelayMsMax) : 0);
        switch (server.Answer)
        {
            case ConnectAnswer.Accept:
                After(delayMs, () => Accept(server, near, far));
                break;
            case ConnectAnswer.Refuse:
                After(delayMs, () => near.FinishConnecting(server.ConnectError));
                break;
        }
        return near;
    }

    public (ISocket Near, ISocket Far) ConnectPair() => Pair();

    /// <summary>Pipes opened and not closed.</summary>
    public List<SimulatedSplicePipe> Pipes { get; } = [];

    public IPipe? OpenPipe()
    {
        if (Conditions.PipeBytes == 0)
            return null;
        var pipe = new SimulatedSplicePipe(this, Conditions.PipeBytes);
        Pipes.Add(pipe);
        return pipe;
    }

    /// <summary>Two ends of a new connection.</summary>
    public (SimulatedSocket Near, SimulatedSocket Far) Pair()
    {
        var there = new SimulatedPipe(this, DrawCapacity());
        var back = new SimulatedPipe(this, DrawCapacity());
        var near = new SimulatedSocket(this, incoming: back, outgoing: there, Conditions.Kind, Conditions.CanSplice);
        var far = new SimulatedSocket(this, incoming: there, outgoing: back, Conditions.Kind, Conditions.CanSplice);
        (near.Peer, far.Peer) = (far, near);
        (there.Writer, there.Reader) = (near, far);
        (back.Writer, back.Reader) = (far, near);
        // Whoever registers a socket hears at once of what it is ready for.
        Raise(near);
        Raise(far);
        return (near, far);
    }

    public void Wait(int timeoutMs)
    {
        WantedWaitMs = timeoutMs;
        _found.Clear();
        _nextFound = 0;
        foreach (SimulatedSocket socket in _raised)
        {
            socket.IsEdgeQueued = false;
            if (!socket.IsClosed && socket.Level is var level and not Readiness.None)
                _found.Add((socket, level));
            socket.IsOutcomeUnreported = false;
        }
        _raised.Clear();
    }

    public bool TryTakeReady(out IReadyHandler owner, out Readiness readiness)
    {
        while (_nextFound < _found.Count)
        {
            (SimulatedSocket socket, readiness) = _found[_nextFound++];
            if (socket.IsClosed || socket.Owner is null)
                continue;
            NoteActivity();
            owner = socket.Owner;
            return true;
        }
        owner = null!;
        readiness = Readiness.None;
        return false;
    }

    public void Wake()
    {
    }

    public void NoteActivity() => WasActive = true;

    /// <summary>Something has changed for this socket: its owner hears of it in the next turn, once.</summary>
    public void Raise(SimulatedSocket socket)
    {
        if (socket.IsEdgeQueued || socket.IsClosed)
            return;
        socket.IsEdgeQueued = true;
        (socket.FarEnd is null ? _raised : _raisedFar).Add(socket);
    }

    public int Shorten(int bytes) => Conditions.ShortSends && bytes > 1 && random.Next(2) == 0 ? random.Next(1, bytes + 1) : bytes;

    /// <summary>Something was put into the pipe.</summary>
    public void Depart(SimulatedPipe pipe)
    {
        if (!Conditions.CutsDeliveries)
        {
            pipe.Deliver(int.MaxValue);
            return;
        }
        if (pipe.IsInTransit)
            return;
        pipe.IsInTransit = true;
        pipe.NextDeliveryMs = time.NowMs + DrawDelayMs();
        _transit.Add(pipe);
    }

    /// <summary>Lets arrive what is due, and does what was planned for now.</summary>
    public void DeliverDue()
    {
        while (_planned.TryPeek(out Action? action, out (long DueMs, long Order) priority) && priority.DueMs <= time.NowMs)
        {
            _planned.Dequeue();
            NoteActivity();
            action();
        }
        for (int i = _transit.Count - 1; i >= 0; i--)
        {
            if (i < _transit.Count && _transit[i].NextDeliveryMs <= time.NowMs)
                DeliverSome(_transit[i], i);
        }
    }

    /// <summary>Lets the scripted peers hear and speak.</summary>
    public void RunFarEnds()
    {
        (_raisedFar, _runningFar) = (_runningFar, _raisedFar);
        foreach (SimulatedSocket socket in _runningFar)
        {
            socket.IsEdgeQueued = false;
            if (socket is { IsClosed: false, IsConnecting: false })
                socket.FarEnd!.Run();
        }
        _runningFar.Clear();
    }

    /// <summary>Gives the end to a scripted peer.</summary>
    public void Attach(SimulatedSocket socket, FarEnd farEnd)
    {
        _raised.Remove(socket);
        socket.IsEdgeQueued = false;
        socket.FarEnd = farEnd;
        farEnd.Socket = socket;
        Raise(socket);
    }

    private void Accept(SimulatedServer server, SimulatedSocket near, SimulatedSocket far)
    {
        far.IsConnecting = false;
        Attach(far, server.Accept());
        if (!near.IsClosed)
            near.FinishConnecting(error: 0);
    }

    private void DeliverSome(SimulatedPipe pipe, int position)
    {
        NoteActivity();
        pipe.Deliver(random.Next(4) switch
        {
            0 => 1,
            1 => random.Next(1, 40),
            2 => random.Next(1, 5000),
            _ => int.MaxValue,
        });
        if (pipe.HasUndelivered)
        {
            pipe.NextDeliveryMs = time.NowMs + DrawDelayMs();
            return;
        }
        pipe.IsInTransit = false;
        _transit[position] = _transit[^1];
        _transit.RemoveAt(_transit.Count - 1);
    }

    private int DrawDelayMs() => Conditions.DelayMsMax == 0 || random.Next(4) != 0 ? 0 : random.Next(Conditions.DelayMsMax + 1);

    private int DrawCapacity() => random.Next(Conditions.BufferBytesMin, Conditions.BufferBytesMax + 1);
}
