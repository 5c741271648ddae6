namespace FrameRpc.Gateway.Admin;

/// <summary>Whether one worker's loop turns: a callback is posted to it, which it runs between two turns.</summary>
/// <param name="number">The worker's.</param>
/// <param name="post">Posts a callback to the worker's loop.</param>
internal sealed class WorkerPulse(int number, Action<Action> post)
{
    private TaskCompletionSource? _outstanding;

    public int Number => number;

    /// <summary>
    /// Ends when the worker has answered. Whoever asks before that waits for the same callback, so that a worker which is stuck is
    /// not found with one for each probe of the last hour.
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
