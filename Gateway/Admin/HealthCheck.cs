using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>Checks that every worker's event loop responds.</summary>
internal sealed partial class HealthCheck(IReadOnlyList<WorkerPulse> workers, TimeProvider time, ILogger log)
{
    /// <summary>A turn takes milliseconds under the heaviest load, and probes usually have a timeout of a second or more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The numbers of the workers that do not respond in time.</summary>
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
