using System.Globalization;
using Xunit;

namespace FrameRpc.Tests.Simulation;

/// <summary>Tells a story once for each seed. The seed that fails is named, and can be told alone: FRPC_SEED=123.</summary>
internal static class Seeds
{
    private const string Variable = "FRPC_SEED";

    public static void ForEach(int count, Action<int> tell)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            tell(int.Parse(chosen, CultureInfo.InvariantCulture));
            return;
        }
        for (int seed = 1; seed <= count; seed++)
        {
            try
            {
                tell(seed);
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed} fails; to replay it alone, run with {Variable}={seed}\n{failure}");
            }
        }
    }
}
