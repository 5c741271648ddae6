namespace FrameRpc.Gateway.Backends;

/// <summary>Chooses among the servers of a backend.</summary>
internal abstract class ServerPicker
{
    /// <summary>The server for the next call, or null when none will do.</summary>
    /// <param name="forExclusive">Only servers which can give an exclusive lane.</param>
    public abstract Server? Pick(Server[] servers, bool forExclusive);

    protected static bool IsEligible(Server server, bool forExclusive) => server.IsUp && (!forExclusive || server.HasExclusiveRoom);
}

/// <summary>In turn, each as often as its weight says, and spread out: a a b a, not a a a b.</summary>
/// <remarks>Smooth weighted round robin as nginx has it: each gains its weight, the highest is taken and pays the sum.</remarks>
internal sealed class RoundRobinPicker(int servers) : ServerPicker
{
    private readonly int[] _credit = new int[servers];

    public override Server? Pick(Server[] servers, bool forExclusive)
    {
        int best = -1;
        int sum = 0;
        for (int i = 0; i < servers.Length; i++)
        {
            if (!IsEligible(servers[i], forExclusive))
                continue;
            _credit[i] += servers[i].Weight;
            sum += servers[i].Weight;
            if (best < 0 || _credit[i] > _credit[best])
                best = i;
        }
        if (best < 0)
            return null;
        _credit[best] -= sum;
        return servers[best];
    }
}

/// <summary>Of two chosen by chance, the one with fewer calls in flight for its weight.</summary>
/// <remarks>
/// Two choices keep the longest queue nearly as short as looking at all servers does, without every worker running to
/// the same emptiest one at once (Mitzenmacher, The Power of Two Choices, 2001).
/// </remarks>
internal sealed class LeastCallsPicker(Random random) : ServerPicker
{
    public override Server? Pick(Server[] servers, bool forExclusive)
    {
        if (servers.Length == 1)
            return IsEligible(servers[0], forExclusive) ? servers[0] : null;
        int eligible = 0;
        foreach (Server server in servers)
            eligible += IsEligible(server, forExclusive) ? 1 : 0;
        if (eligible == 0)
            return null;
        int first = random.Next(eligible);
        int second = eligible == 1 ? first : (first + 1 + random.Next(eligible - 1)) % eligible;
        Server a = Eligible(servers, forExclusive, first);
        Server b = Eligible(servers, forExclusive, second);
        return LoadOf(b, a.Weight) < LoadOf(a, b.Weight) ? b : a;
    }

    /// <summary>What the load would be with one more call, times the other's weight: compares a/wa with b/wb without dividing.</summary>
    private static long LoadOf(Server server, int otherWeight) => (server.CallsInFlight + 1L) * otherWeight;

    private static Server Eligible(Server[] servers, bool forExclusive, int position)
    {
        foreach (Server server in servers)
        {
            if (IsEligible(server, forExclusive) && position-- == 0)
                return server;
        }
        throw new InvalidOperationException("fewer servers are eligible than were counted");
    }
}
