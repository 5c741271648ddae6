namespace FrameRpc.Gateway.Admin;

/// <summary>Checks that one worker's loop responds: it posts a callback, which the loop runs between two turns.</summary>
/// <param name="number">The worker's number.</param>
/// <param name="post">Posts a callback to the worker's loop.</param>
internal sealed class WorkerPulse(int number, Action<Action> post)
{
    private TaskCompletionSource? _outstanding;

    public int Number => number;

    /// <summary>
    /// Completes when the worker has answered. Until then, further probes share the same callback, so that callbacks do not pile up at a stuck
    /// worker.
    /// </summary>
    public Task Ask()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _outstanding, answer, null) is { } sent)
            return sent.Task;
        post(() => Answer(answer));
        return answer.Task;
    }

    private void Answer(TaskCompletionSource answer)
    {
        Volatile.Write(ref _outstanding, null);
        answer.SetResult();
    }
}
