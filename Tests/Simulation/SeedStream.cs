namespace FrameRpc.Tests.Simulation;

/// <summary>
/// Independent random streams, derived from one seed, for the parts of a run: network, story, each loop. So a story that draws one number more does
/// not change the network, and loop and network do not draw the same numbers.
/// </summary>
internal static class SeedStream
{
    /// <param name="seed">The seed of the run.</param>
    /// <param name="part">The name of the part that draws from the stream.</param>
    public static Random Of(int seed, string part)
    {
        ulong state = (uint)seed;
        foreach (char c in part)
            state = Mix(state + c);
        return new Random((int)(Mix(state) >> 33));
    }

    /// <summary>The output function of SplitMix64: neighbouring inputs give unrelated outputs.</summary>
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
