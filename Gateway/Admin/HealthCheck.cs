using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>Whether the loop of every worker turns.</summary>
internal sealed partial class HealthCheck(IReadOnlyList<WorkerPulse> workers, TimeProvider time, ILogger log)
{
    /// <summary>A turn takes milliseconds under the heaviest load, and a probe is usually given a second or more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The numbers of the workers that do not answer in time; none where all is well.</summary>
    public async Task<IReadOnlyList<int>> FindSilentAsync()
    {
        Task[] answers = [.. workers.Select(worker => worker.Ask())];
        try
        {
            await Task.WhenAll(answers).WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
        }
        int[] silent = [.. workers.Where((_, i) => !answers[i].IsCompleted).Select(worker => worker.Number)];
        foreach (int number in silent)
            LogSilent(log, number, Patience.TotalSeconds);
        return silent;
    }
}
