namespace FrameRpc.Gateway.Backends;

/// <summary>
/// Keeps the calls of a caller's address with one server, while that is eligible and not overloaded: a Maglev table, with bounded loads.
/// </summary>
/// <remarks>
/// Maglev (Eisenbud et al., 2016): each server fills slots of the table in an order of its own, by turns that follow the weights, so that a server
/// that comes or goes moves few other callers. Bounded loads (Mirrokni et al., 2017): a server with more than 1.25 times its share of the calls in
/// flight passes a call on to the next slot, so that callers with many calls do not overload it.
/// </remarks>
internal sealed class HashPicker : ServerPicker
{
    /// <summary>A prime, more than a hundred times as many as servers are usual.</summary>
    internal const int Slots = 4099;

    private const double LoadFactor = 1.25;

    private Server[] _built = [];
    private Server[] _table = [];

    public override Server? Pick(Server[] servers, ServerNeed need, uint key)
    {
        if (!ReferenceEquals(_built, servers))
            Build(servers);
        double loadMax = LoadMax(servers, need);
        Server? eligible = null;
        uint slot = Mix(key);
        // Twice as many tries as servers find nearly all of them; the rest is a scan.
        for (int tries = 0; tries < 2 * servers.Length; tries++, slot = Mix(slot))
        {
            Server server = _table[slot % Slots];
            if (!IsEligible(server, need))
                continue;
            if (server.Load + 1 <= loadMax * server.Share)
                return server;
            eligible ??= server;
        }
        return FirstWithin(loadMax, servers, need) ?? eligible;
    }

    private static Server? FirstWithin(double loadMax, Server[] servers, ServerNeed need)
    {
        Server? any = null;
        foreach (Server server in servers)
        {
            if (!IsEligible(server, need))
                continue;
            if (server.Load + 1 <= loadMax * server.Share)
                return server;
            any ??= server;
        }
        return any;
    }

    /// <summary>How many calls a server may have for each unit of its share.</summary>
    private static double LoadMax(Server[] servers, ServerNeed need)
    {
        double load = 1, share = 0;
        foreach (Server server in servers)
        {
            if (!IsEligible(server, need))
                continue;
            load += server.Load;
            share += server.Share;
        }
        // A server is never overloaded by its first call.
        return share == 0 ? 0 : Math.Max(1, LoadFactor * load / share);
    }

    private void Build(Server[] servers)
    {
        _built = servers;
        _table = new Server[Slots];
        uint[] next = new uint[servers.Length], step = new uint[servers.Length];
        double[] turns = new double[servers.Length];
        int heaviest = 1;
        for (int i = 0; i < servers.Length; i++)
        {
            uint hash = HashOf(servers[i].Address.ToString());
            next[i] = hash % Slots;
            step[i] = (Mix(hash) % (Slots - 1)) + 1;
            heaviest = Math.Max(heaviest, servers[i].Weight);
        }
        for (int filled = 0; filled < Slots;)
        {
            for (int i = 0; i < servers.Length && filled < Slots; i++)
            {
                turns[i] += (double)servers[i].Weight / heaviest;
                if (turns[i] < 1)
                    continue;
                turns[i]--;
                while (_table[next[i]] is not null)
                    next[i] = (next[i] + step[i]) % Slots;
                _table[next[i]] = servers[i];
                filled++;
            }
        }
    }

    /// <summary>FNV-1a: servers get the same slots in every process.</summary>
    internal static uint HashOf(ReadOnlySpan<char> text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
            hash = (hash ^ c) * 16777619;
        return Mix(hash);
    }

    /// <summary>The finalizer of MurmurHash3: a change of one bit changes half of the bits. Never stays at the same value but for 0.</summary>
    private static uint Mix(uint value)
    {
        value += 0x9e3779b9;
        value = (value ^ (value >> 16)) * 0x85ebca6b;
        value = (value ^ (value >> 13)) * 0xc2b2ae35;
        return value ^ (value >> 16);
    }
}
