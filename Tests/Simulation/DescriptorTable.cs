using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>The file descriptors of the gateway's process: its open sockets, and whether it can open more.</summary>
internal sealed class DescriptorTable(Random random)
{
    /// <summary>Errors of a process that can open no more: EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC and, if a port is needed, EADDRNOTAVAIL.</summary>
    private static readonly int[] Errors = [24, 23, 12, 105, 28, 99];

    private readonly Dictionary<int, SimulatedSocket> _arrivals = [];
    private int _next = 3;

    /// <summary>Open sockets, without listeners and pipes.</summary>
    public int Open { get; private set; }

    /// <summary>While set, nothing new can be opened.</summary>
    public bool AreExhausted { get; set; }

    /// <summary>While set, the kernel watches no further socket: accepted connections cannot be served.</summary>
    public bool AreWatchesExhausted { get; set; }

    /// <summary>Takes a descriptor for a socket of the gateway. Returns the errno if there is none, else 0.</summary>
    public int TryTake(SimulatedSocket socket)
    {
        if (AreExhausted || AreWatchesExhausted)
            return Errors[random.Next(Errors.Length)];
        Take(socket);
        return 0;
    }

    /// <summary>Takes a descriptor for an accepted socket, which belongs to no worker yet.</summary>
    public Arrival Accept(SimulatedSocket socket)
    {
        Take(socket);
        _arrivals.Add(++_next, socket);
        return new Arrival(_next);
    }

    /// <summary>Hands the accepted socket to the calling worker.</summary>
    public SimulatedSocket Claim(Arrival arrival) =>
        _arrivals.Remove(arrival.Descriptor, out SimulatedSocket? socket) ? socket
            : throw new InvalidOperationException("an accepted connection was taken over twice, or never accepted");

    public void Release() => Open--;

    private void Take(SimulatedSocket socket)
    {
        socket.HasDescriptor = true;
        Open++;
    }
}
