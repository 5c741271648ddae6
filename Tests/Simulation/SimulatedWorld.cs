using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// Everything outside of a gateway, in memory: servers, addresses, bytes in transit, and the machine's descriptors and pipes. A run with the same
/// seed repeats exactly: all randomness comes from one <see cref="Random"/>, all time from one <see cref="VirtualTime"/>.
/// </summary>
internal sealed class SimulatedWorld : INetworkStack
{
    private readonly Random _random;
    private readonly Dictionary<Address, SimulatedServer> _servers = [];
    private readonly Dictionary<Address, SimulatedListeners> _listeners = [];
    private readonly List<SimulatedPipe> _transit = [];
    private readonly PriorityQueue<Action, (long DueMs, long Order)> _planned = new();
    private List<SimulatedSocket> _raisedFar = [];
    private List<SimulatedSocket> _runningFar = [];
    private int _networks;
    private int _sockets;
    private long _order;

    public SimulatedWorld(VirtualTime time, Random random, NetworkConditions conditions)
    {
        _random = random;
        Time = time;
        Conditions = conditions;
        Events = new EventLog(time);
        Descriptors = new DescriptorTable(random);
    }

    public VirtualTime Time { get; }

    public EventLog Events { get; }

    /// <summary>The conditions from now on.</summary>
    public NetworkConditions Conditions { get; set; }

    /// <summary>Those of the gateway's process.</summary>
    public DescriptorTable Descriptors { get; }

    /// <summary>Open pipes.</summary>
    public List<SimulatedSplicePipe> Pipes { get; } = [];

    /// <summary>Whether anything was sent, received, opened or closed since this was last set to false.</summary>
    public bool WasActive { get; set; }

    /// <summary>Whether a scripted peer has something to do now.</summary>
    public bool HasReadyFarEnds => _raisedFar.Count > 0;

    /// <summary>Time of the next scheduled event; <see cref="long.MaxValue"/> if there is none.</summary>
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

    public INetwork CreateNetwork() => new SimulatedNetwork(this, _networks++);

    public IOpenedAddress Open(Address address, int workers, SocketRights rights)
    {
        var opened = new SimulatedListeners(this, _random, address, workers);
        _listeners.Add(address, opened);
        return opened;
    }

    public void Resolve(Address address)
    {
        if (!_servers.ContainsKey(address))
            throw new InvalidOperationException($"no server was put at {address}");
    }

    public void Add(SimulatedServer server) => _servers.Add(server.Address, server);

    /// <summary>Replaces the server at an address.</summary>
    public void Replace(SimulatedServer server) => _servers[server.Address] = server;

    public void After(long delayMs, Action action) => _planned.Enqueue(action, (Time.NowMs + delayMs, _order++));

    public SimulatedSocket Connect(SimulatedNetwork network, Address address)
    {
        NoteActivity();
        SimulatedServer server = _servers[address];
        server.ConnectsSeen++;
        if (server.ThrowsOnConnect)
            throw new IOException("socket: too many open files");
        (SimulatedSocket near, SimulatedSocket far) = Pair(address is UnixAddress ? SocketKind.Unix : Conditions.Kind);
        near.IsConnecting = far.IsConnecting = true;
        near.Adopt(network);
        Events.Note("worker {0} connects socket {1} to {2}", network.Worker, near.Number, address.ToString());
        if (Descriptors.TryTake(near) is var error and not 0)
            near.FinishConnecting(error);
        else
            Answer(server, near, far);
        return near;
    }

    /// <summary>A scripted caller connects to an address of the gateway. If nothing listens there, the caller sees a reset.</summary>
    public void ConnectCaller(Address address, FarEnd caller)
    {
        (SimulatedSocket near, SimulatedSocket far) = Pair(address is UnixAddress ? SocketKind.Unix : Conditions.Kind);
        Attach(far, caller);
        Events.Note("a caller connects socket {0} to {2}", near.Number, name: address.ToString());
        After(DrawDelayMs(), () => _listeners[address].Arrive(near));
    }

    public SimulatedSplicePipe? OpenPipe()
    {
        if (Conditions.PipeBytes == 0 || Descriptors.AreExhausted)
            return null;
        var pipe = new SimulatedSplicePipe(this, Conditions.PipeBytes);
        Pipes.Add(pipe);
        return pipe;
    }

    /// <summary>Two ends of a new connection. Neither is watched yet.</summary>
    public (SimulatedSocket Near, SimulatedSocket Far) Pair(SocketKind kind)
    {
        var there = new SimulatedPipe(this, DrawCapacity());
        var back = new SimulatedPipe(this, DrawCapacity());
        int number = ++_sockets;
        var near = new SimulatedSocket(this, number, incoming: back, outgoing: there, kind, Conditions.CanSplice);
        var far = new SimulatedSocket(this, number, incoming: there, outgoing: back, kind, Conditions.CanSplice);
        (near.Peer, far.Peer) = (far, near);
        (there.Writer, there.Reader) = (near, far);
        (back.Writer, back.Reader) = (far, near);
        return (near, far);
    }

    public void NoteActivity() => WasActive = true;

    /// <summary>Something has changed for a socket of a scripted peer.</summary>
    public void RaiseFar(SimulatedSocket socket)
    {
        if (socket.IsEdgeQueued || socket.IsClosed)
            return;
        socket.IsEdgeQueued = true;
        _raisedFar.Add(socket);
    }

    public int Shorten(int bytes) => Conditions.ShortSends && bytes > 1 && _random.Next(2) == 0 ? _random.Next(1, bytes + 1) : bytes;

    /// <summary>Bytes were put into the pipe.</summary>
    public void Depart(SimulatedPipe pipe)
    {
        if (!Conditions.CutsDeliveries && Conditions.DelayMsMax == 0)
        {
            pipe.Deliver(int.MaxValue);
            return;
        }
        if (pipe.IsInTransit)
            return;
        pipe.IsInTransit = true;
        pipe.NextDeliveryMs = Time.NowMs + DrawDelayMs();
        _transit.Add(pipe);
    }

    /// <summary>Delivers what is due, and runs what was scheduled for now.</summary>
    public void DeliverDue()
    {
        while (_planned.TryPeek(out Action? action, out (long DueMs, long Order) priority) && priority.DueMs <= Time.NowMs)
        {
            _planned.Dequeue();
            NoteActivity();
            action();
        }
        for (int i = _transit.Count - 1; i >= 0; i--)
        {
            if (i < _transit.Count && _transit[i].NextDeliveryMs <= Time.NowMs)
                DeliverSome(_transit[i], i);
        }
    }

    /// <summary>Lets the scripted peers receive and send.</summary>
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
    public static void Attach(SimulatedSocket socket, FarEnd farEnd)
    {
        socket.FarEnd = farEnd;
        farEnd.Socket = socket;
        socket.Raise();
    }

    private void Answer(SimulatedServer server, SimulatedSocket near, SimulatedSocket far)
    {
        int delayMs = server.ConnectDelayMs + (Conditions.DelayMsMax > 0 ? _random.Next(Conditions.DelayMsMax) : 0);
        switch (server.Answer)
        {
            case ConnectAnswer.Accept:
                After(delayMs, () => Accept(server, near, far));
                break;
            case ConnectAnswer.Refuse:
                After(delayMs, () => near.FinishConnecting(server.ConnectError));
                break;
        }
    }

    private static void Accept(SimulatedServer server, SimulatedSocket near, SimulatedSocket far)
    {
        far.IsConnecting = false;
        Attach(far, server.Accept());
        if (!near.IsClosed)
            near.FinishConnecting(error: 0);
        if (server.ClosesOnAccept)
            far.Close();
    }

    private void DeliverSome(SimulatedPipe pipe, int position)
    {
        NoteActivity();
        pipe.Deliver(!Conditions.CutsDeliveries ? int.MaxValue : _random.Next(4) switch
        {
            0 => 1,
            1 => _random.Next(1, 40),
            2 => _random.Next(1, 5000),
            _ => int.MaxValue,
        });
        if (pipe.HasUndelivered)
        {
            pipe.NextDeliveryMs = Time.NowMs + DrawDelayMs();
            return;
        }
        pipe.IsInTransit = false;
        _transit[position] = _transit[^1];
        _transit.RemoveAt(_transit.Count - 1);
    }

    private int DrawDelayMs() => Conditions.DelayMsMax == 0 || _random.Next(4) != 0 ? 0 : _random.Next(Conditions.DelayMsMax + 1);

    private int DrawCapacity() => _random.Next(Conditions.BufferBytesMin, Conditions.BufferBytesMax + 1);
}
