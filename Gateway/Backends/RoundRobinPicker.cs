namespace FrameRpc.Gateway.Backends;

/// <summary>Weighted round robin, with the picks of a server spread out: a a b a, not a a a b.</summary>
/// <remarks>
/// Smooth weighted round robin as in nginx: each server gains its share, the highest is picked and pays the sum. Faults and a standstill reduce the
/// share, because turns take no notice of load. Each need has turns of its own: one call may ask for several, and would otherwise skip servers.
/// </remarks>
internal sealed class RoundRobinPicker : ServerPicker
{
    public override Server? Pick(Server[] servers, ServerNeed need, uint key)
    {
        Server? best = null;
        double sum = 0;
        foreach (Server server in servers)
        {
            if (!IsEligible(server, need))
                continue;
            double share = server.Share / (1 + server.Trouble);
            server.Credits[(int)need] += share;
            sum += share;
            if (best is null || server.Credits[(int)need] > best.Credits[(int)need])
                best = server;
        }
        if (best is not null)
            best.Credits[(int)need] -= sum;
        return best;
    }
}
