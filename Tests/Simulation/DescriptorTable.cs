using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>The file descriptors of the gateway's process: sockets that it has open, and whether it can have more.</summary>
internal sealed class DescriptorTable(Random random)
{
    /// <summary>What a process is told that can have no more: EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC and, where a port is wanted, EADDRNOTAVAIL.</summary>
    private static readonly int[] Errors = [24, 23, 12, 105, 28, 99];

    private readonly Dictionary<int, SimulatedSocket> _arrivals = [];
    private int _next = 3;

    /// <summary>Sockets open, without listeners and pipes.</summary>
    public int Open { get; private set; }

    /// <summary>From now on nothing new is to be had.</summary>
    public bool AreExhausted { get; set; }

    /// <summary>The kernel watches no further socket: what was accepted cannot be served.</summary>
    public bool AreWatchesExhausted { get; set; }

    /// <summary>A descriptor for a socket that the gateway makes. Returns the errno where there is none, else 0.</summary>
    public int TryTake(SimulatedSocket socket)
    {
        if (AreExhausted || AreWatchesExhausted)
            return Errors[random.Next(Errors.Length)];
        Take(socket);
        return 0;
    }

    /// <summary>A descriptor for an accepted socket, which belongs to no worker yet.</summary>
    public Arrival Accept(SimulatedSocket socket)
    {
        Take(socket);
        _arrivals.Add(++_next, socket);
        return new Arrival(_next);
    }

    /// <summary>The accepted socket, which from now on belongs to who asks.</summary>
    public SimulatedSocket Claim(Arrival arrival) =>
        _arrivals.Remove(arrival.Descriptor, out SimulatedSocket? socket) ? socket : throw new InvalidOperationException("an accepted connection was taken over twice, or never accepted");

    public void Release() => Open--;

    private void Take(SimulatedSocket socket)
    {
        socket.HasDescriptor = true;
        Open++;
    }
}
