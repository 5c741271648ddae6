using System.Diagnostics;

namespace FrameRpc.Tests;

/// <summary>
/// How long tests wait for events that must happen. Generous, for busy machines: no test passes or fails by how long something took, only by whether
/// it happened.
/// </summary>
internal static class Patience
{
    /// <summary>For one reply.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    /// <summary>For a program that builds or transfers a lot.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>Polls until the condition holds.</summary>
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
