using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

internal enum ConnectAnswer
{
    Accept,
    Refuse,
    /// <summary>Nothing comes back: only a timeout ends the attempt.</summary>
    Silence,
}

/// <summary>An address where a scripted server listens, and how it answers who connects.</summary>
internal class SimulatedServer(Address address, Func<FarEnd> accept)
{
    public Address Address => address;

    public ConnectAnswer Answer { get; set; } = ConnectAnswer.Accept;

    /// <summary>What a refused attempt ends with: the errno of a server that refuses, or of something that is missing here.</summary>
    public int ConnectError { get; set; } = 111;

    public int ConnectDelayMs { get; set; }

    public bool ThrowsOnConnect { get; set; }

    public int ConnectsSeen { get; set; }

    public virtual FarEnd Accept() => accept();
}
