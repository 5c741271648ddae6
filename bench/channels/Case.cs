namespace FrameRpc.Bench.Channels;

/// <summary>One thing that is measured, round after round, each time beside what it is compared with.</summary>
/// <param name="Name">What is measured, with its unit.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="Target">What the figure, or the ratio of the two where there is a peer, has to reach; none where nothing was promised.</param>
/// <param name="MoreIsBetter">Whether the target is a lower bound.</param>
/// <param name="RoundAsync">Measures both sides once; without a peer, the second is 1.</param>
/// <param name="LowestCounts">The lowest round decides, and not the median: other work on the machine only adds to what is measured.</param>
internal sealed record Case(string Name, string Against, double? Target, bool MoreIsBetter, Func<Task<Figures>> RoundAsync, bool LowestCounts = false);

/// <summary>One round's figures, in the case's unit.</summary>
internal readonly record struct Figures(double Ours, double Peer)
{
    public double Ratio => Ours / Peer;
}
