using System.Globalization;

namespace FrameRpc.Tests.Simulation;

/// <summary>Tells a story once for each seed. The seed that fails is named, and can be told alone: FRPC_SEED=123.</summary>
internal static class Seeds
{
    private const string Variable = "FRPC_SEED";

    public static async Task ForEach(int count, Func<int, Task> tell)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            await tell(int.Parse(chosen, CultureInfo.InvariantCulture));
            return;
        }
        for (int seed = 1; seed <= count; seed++)
        {
            try
            {
                await tell(seed);
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed} fails; to replay it alone, run with {Variable}={seed}\n{failure}");
            }
        }
    }
}
