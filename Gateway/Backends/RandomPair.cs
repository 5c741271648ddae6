namespace FrameRpc.Gateway.Backends;

/// <summary>
/// Power of two choices: of two servers picked at random by their shares, the one with the lower score; the first where they are equal.
/// </summary>
/// <remarks>
/// Two choices keep the longest queue nearly as short as comparing all servers does, without all workers choosing the same emptiest server at once
/// (Mitzenmacher, The Power of Two Choices, 2001). Both are picked by their shares, so that weights hold where all servers are idle, too: with ties
/// won by the heavier, 9:10 became 0:100.
/// </remarks>
internal abstract class RandomPair(Random random) : ServerPicker
{
    public override Server? Pick(Server[] servers, ServerNeed need, uint key)
    {
        if (servers.Length == 1)
            return IsEligible(servers[0], need) ? servers[0] : null;
        Server? first = PickByShare(servers, need, except: null);
        Server? second = first is null ? null : PickByShare(servers, need, except: first);
        return second is not null && ScoreOf(second) < ScoreOf(first!) ? second : first;
    }

    /// <summary>What is compared: the lower, the better.</summary>
    protected abstract double ScoreOf(Server server);

    private Server? PickByShare(Server[] servers, ServerNeed need, Server? except)
    {
        double sum = 0;
        foreach (Server server in servers)
            sum += server != except && IsEligible(server, need) ? server.Share : 0;
        if (sum == 0)
            return null;
        double at = random.NextDouble() * sum;
        Server? picked = null;
        foreach (Server server in servers)
        {
            if (server == except || !IsEligible(server, need))
                continue;
            picked = server;
            at -= server.Share;
            if (at < 0)
                break;
        }
        return picked;
    }
}

/// <summary>Compares calls in flight by share.</summary>
internal sealed class LeastCallsPicker(Random random) : RandomPair(random)
{
    protected override double ScoreOf(Server server) => server.Load / server.Share;
}

/// <summary>
/// Compares latency times calls in flight, by share: the time that one more call is expected to take. A slower reply counts at once, a quicker one
/// only over time, as in Finagle's peak EWMA.
/// </summary>
internal sealed class PeakEwmaPicker(Random random) : RandomPair(random)
{
    /// <summary>Of a server that owes its first reply: more than any that replies. An idle one that was never used is tried first.</summary>
    private const double UnknownLatencyUs = 10_000_000;

    protected override double ScoreOf(Server server)
    {
        double load = server.Load;
        double latencyUs = server.Pulse.PeakLatencyUs > 0 ? server.Pulse.PeakLatencyUs : load > 0 ? UnknownLatencyUs : 1;
        return latencyUs * (1 + (load / server.Share));
    }
}
