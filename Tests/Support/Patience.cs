using System.Diagnostics;

namespace FrameRpc.Tests;

/// <summary>
/// How long a test waits for what has to happen. Generous, for machines that are busy with other things: no test is right or wrong by how long something
/// took, only by whether it came at all.
/// </summary>
internal static class Patience
{
    /// <summary>For one answer.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    /// <summary>For a program that builds or transfers a lot.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>Looks until it is so.</summary>
    public static void Until(Func<bool> isSo, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(start) > Short)
                throw new TimeoutException($"waited {Short.TotalSeconds:0} s in vain until {what}");
            Thread.Sleep(5);
        }
    }
}
