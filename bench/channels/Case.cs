namespace FrameRpc.Bench.Channels;

/// <summary>A measurement, repeated in rounds and compared within each.</summary>
/// <param name="Name">What is measured, with its unit.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="Target">The target of the figure, or of the ratio if there is a peer; null for none.</param>
/// <param name="MoreIsBetter">Whether the target is a lower bound.</param>
/// <param name="RoundAsync">Measures both sides once; without a peer, the second is 1.</param>
/// <param name="LowestCounts">The lowest round decides instead of the median, because other work on the machine can only add to the figure.</param>
internal sealed record Case(string Name, string Against, double? Target, bool MoreIsBetter, Func<Task<Figures>> RoundAsync, bool LowestCounts = false);

/// <summary>One round's figures, in the case's unit.</summary>
internal readonly record struct Figures(double Ours, double Peer)
{
    public double Ratio => Ours / Peer;
}
