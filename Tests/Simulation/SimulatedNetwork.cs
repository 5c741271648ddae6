using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Simulation;

/// <summary>The network of one worker in a <see cref="SimulatedWorld"/>: the sockets that it watches and their events, as in epoll.</summary>
internal sealed class SimulatedNetwork(SimulatedWorld world, int worker) : INetwork
{
    private readonly List<(Watched Watched, Readiness Level)> _found = [];
    private List<Watched> _raised = [];
    private List<Watched> _looked = [];
    private int _nextFound;

    /// <summary>Creates the network of a loop that is alone in its world.</summary>
    public SimulatedNetwork(VirtualTime time, Random random, NetworkConditions conditions)
        : this(new SimulatedWorld(time, random, conditions), worker: 0)
    {
    }

    public SimulatedWorld World => world;

    /// <summary>The worker's number.</summary>
    public int Worker => worker;

    /// <summary>The timeout of the loop's last wait.</summary>
    public int WantedWaitMs { get; private set; }

    /// <summary>Whether a wait would end now.</summary>
    public bool HasEvents => _raised.Count > 0 || IsWoken;

    /// <summary>A callback was posted since the last wait.</summary>
    public bool IsWoken { get; private set; }

    public IListenerSocket Listen(IOpenedAddress opened, int worker) => ((SimulatedListeners)opened).Attach(this, worker);

    public ISocket Connect(Address address) => world.Connect(this, address);

    public (ISocket Near, ISocket Far) ConnectPair()
    {
        (SimulatedSocket near, SimulatedSocket far) = world.Pair(SocketKind.Unix);
        near.Adopt(this);
        far.Adopt(this);
        return (near, far);
    }

    public IPipe? OpenPipe() => world.OpenPipe();

    public void Wait(int timeoutMs)
    {
        WantedWaitMs = timeoutMs;
        IsWoken = false;
        _found.Clear();
        _nextFound = 0;
        (_raised, _looked) = (_looked, _raised);
        foreach (Watched watched in _looked)
            Look(watched);
        _looked.Clear();
    }

    public bool TryTakeReady(out IReadyHandler owner, out Readiness readiness)
    {
        while (_nextFound < _found.Count)
        {
            (Watched watched, readiness) = _found[_nextFound++];
            if (watched.IsClosed || watched.Owner is null)
                continue;
            world.NoteActivity();
            owner = watched.Owner;
            return true;
        }
        owner = null!;
        readiness = Readiness.None;
        return false;
    }

    public void Wake() => IsWoken = true;

    /// <summary>Something has changed: reported once, in the next turn.</summary>
    public void Raise(Watched watched)
    {
        if (watched.IsEdgeQueued || watched.IsClosed)
            return;
        watched.IsEdgeQueued = true;
        _raised.Add(watched);
    }

    public void Forget(Watched watched)
    {
        _raised.Remove(watched);
        watched.IsEdgeQueued = false;
    }

    private void Look(Watched watched)
    {
        watched.IsEdgeQueued = false;
        if (!watched.IsClosed && watched.Level is var level and not Readiness.None)
            _found.Add((watched, level));
        watched.NoteReported();
        if (watched.StaysRaised)
            Raise(watched);
    }

    // For tests of a loop that is alone in its world.

    public NetworkConditions Conditions { get => world.Conditions; set => world.Conditions = value; }

    public List<SimulatedSplicePipe> Pipes => world.Pipes;

    public bool WasActive { get => world.WasActive; set => world.WasActive = value; }

    public bool HasReady => _raised.Count > 0 || world.HasReadyFarEnds;

    public long NextEventMs => world.NextEventMs;

    public void After(long delayMs, Action action) => world.After(delayMs, action);

    public void Replace(SimulatedServer server) => world.Replace(server);

    public void DeliverDue() => world.DeliverDue();

    public void RunFarEnds() => world.RunFarEnds();

    /// <summary>Two ends of a new connection; the near one is watched here.</summary>
    public (SimulatedSocket Near, SimulatedSocket Far) Pair()
    {
        (SimulatedSocket near, SimulatedSocket far) = world.Pair(world.Conditions.Kind);
        near.Adopt(this);
        return (near, far);
    }
}
