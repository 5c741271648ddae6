using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

internal enum ConnectAnswer
{
    Accept,
    Refuse,
    /// <summary>No answer: only a timeout ends the attempt.</summary>
    Silence,
}

/// <summary>An address where a scripted server listens, and how it answers connection attempts.</summary>
internal class SimulatedServer(Address address, Func<FarEnd> accept)
{
    public Address Address => address;

    public ConnectAnswer Answer { get; set; } = ConnectAnswer.Accept;

    /// <summary>The errno of a refused attempt: of a server that refuses, or of a local shortage.</summary>
    public int ConnectError { get; set; } = 111;

    public int ConnectDelayMs { get; set; }

    /// <summary>It accepts connections only to close them.</summary>
    public bool ClosesOnAccept { get; set; }

    public bool ThrowsOnConnect { get; set; }

    public int ConnectsSeen { get; set; }

    public virtual FarEnd Accept() => accept();
}
