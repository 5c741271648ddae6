namespace FrameRpc.Gateway.Admin;

/// <summary>Whether one worker's loop turns: it is sent a letter, and answers it between two turns.</summary>
/// <param name="number">The worker's.</param>
/// <param name="post">Puts a letter in the worker's mailbox.</param>
internal sealed class WorkerPulse(int number, Action<Action> post)
{
    private TaskCompletionSource? _outstanding;

    public int Number => number;

    /// <summary>
    /// Ends when the worker has answered. Whoever asks before that waits for the same letter, so that a worker which is stuck is
    /// not found with a letter for each probe of the last hour.
    /// </summary>
    public Task Ask()
    {
        var letter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _outstanding, letter, null) is { } sent)
            return sent.Task;
        post(() => Answer(letter));
        return letter.Task;
    }

    private void Answer(TaskCompletionSource letter)
    {
        Volatile.Write(ref _outstanding, null);
        letter.SetResult();
    }
}
