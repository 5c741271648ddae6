namespace FrameRpc.Gateway.Configuration;

/// <summary>One worker's part of the connections that a backend may have to one server: each worker keeps to its own, so that none has to ask another.</summary>
/// <param name="Shared">For small smf calls, many at once on each.</param>
/// <param name="Exclusive">For one call at a time: frame calls, and large smf bodies.</param>
internal readonly record struct LaneShare(int Shared, int Exclusive)
{
    /// <summary>One carries all small calls of a worker; others come when it is stalled, retired or out of sessions.</summary>
    private const int SharedMax = 8;

    /// <summary>Frame servers have no shared connections; smf calls need one of each kind, because neither can wait for the other.</summary>
    public static int SmallestOf(WireProtocol protocol) => protocol == WireProtocol.Smf ? 2 : 1;

    /// <summary>What is left over when the connections are divided stays unused.</summary>
    public static LaneShare Of(WireProtocol protocol, int connectionsPerServerMax, int workers)
    {
        int share = connectionsPerServerMax / workers;
        int shared = protocol == WireProtocol.Smf ? Math.Clamp(share / 4, 1, SharedMax) : 0;
        return new LaneShare(shared, share - shared);
    }
}
