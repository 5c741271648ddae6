using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Backends;

/// <summary>Reduces the share of servers whose latency is far above that of their peers: they get less, not nothing.</summary>
internal sealed class LatencyShares(Loop loop)
{
    private const int PeriodMs = 1_000;

    /// <summary>Replies in a period from which a mean is taken: fewer say little.</summary>
    private const int RepliesMin = 10;

    /// <summary>Times the median of the backend, and more than this many microseconds above it: below, differences are normal.</summary>
    private const int FarAbove = 3;
    private const long FarAboveUs = 5_000;

    private const double ShareMin = 0.1;

    private readonly List<long> _means = [];
    private long _nextMs;

    /// <summary>Once a second; cheap otherwise.</summary>
    public void Update(Server[] servers)
    {
        if (loop.NowMs < _nextMs || servers.Length < 2)
            return;
        _nextMs = loop.NowMs + PeriodMs;
        _means.Clear();
        foreach (Server server in servers)
        {
            server.MeanLatencyUs = server.Pulse.TakeMean(RepliesMin);
            if (server.MeanLatencyUs > 0)
                _means.Add(server.MeanLatencyUs);
        }
        if (_means.Count < 2)
            return;
        _means.Sort();
        // The lower one of two: a slow server should not hide among as many fast ones.
        long median = _means[(_means.Count - 1) / 2];
        foreach (Server server in servers)
        {
            if (server.MeanLatencyUs > 0)
                server.LatencyShare = ShareOf(server.MeanLatencyUs, median);
        }
    }

    private static double ShareOf(long meanUs, long medianUs) =>
        meanUs <= FarAbove * medianUs || meanUs <= medianUs + FarAboveUs ? 1 : Math.Max(ShareMin, (double)FarAbove * medianUs / meanUs);
}
