namespace FrameRpc.Gateway.Backends;

/// <summary>Weighted round robin, with the picks of a server spread out: a a b a, not a a a b.</summary>
/// <remarks>Smooth weighted round robin as in nginx: each server gains its weight, the highest is picked and pays the sum.</remarks>
internal sealed class RoundRobinPicker : ServerPicker
{
    public override Server? Pick(Server[] servers, bool forExclusive)
    {
        Server? best = null;
        int sum = 0;
        foreach (Server server in servers)
        {
            if (!IsEligible(server, forExclusive))
                continue;
            server.Credit += server.Weight;
            sum += server.Weight;
            if (best is null || server.Credit > best.Credit)
                best = server;
        }
        if (best is not null)
            best.Credit -= sum;
        return best;
    }
}
