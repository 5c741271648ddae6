namespace FrameRpc.Gateway.Backends;

/// <summary>In turn, each as often as its weight says, and spread out: a a b a, not a a a b.</summary>
/// <remarks>Smooth weighted round robin as nginx has it: each gains its weight, the highest is taken and pays the sum.</remarks>
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
