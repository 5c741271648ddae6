namespace FrameRpc.Gateway.Backends;

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
