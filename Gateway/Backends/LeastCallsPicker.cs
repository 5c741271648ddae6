namespace FrameRpc.Gateway.Backends;

/// <summary>Weighted power of two choices: of two random servers, the one with fewer calls in flight for its weight.</summary>
/// <remarks>
/// Two choices keep the longest queue nearly as short as comparing all servers does, without all workers choosing the same emptiest server at once
/// (Mitzenmacher, The Power of Two Choices, 2001).
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

    /// <summary>The load with one more call, times the other's weight: compares a/wa with b/wb without a division.</summary>
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
