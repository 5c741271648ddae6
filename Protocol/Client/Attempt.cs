namespace FrameRpc.Protocol.Client;

/// <summary>An attempt to connect, and the call that waits for it: one of the two is over first, and knows which.</summary>
internal sealed class Attempt<T>(Action<T> keep)
    where T : class
{
    private const int Waiting = 0, Delivered = 1, Abandoned = 2;

    private int _state;

    /// <summary>Waits for what <see cref="Deliver"/> gives, or ends the waiting and leaves the attempt to go on.</summary>
    public async Task<T> WaitAsync(Task<T> connecting, CancellationToken cancel)
    {
        await ((Task)connecting).WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!connecting.IsCompleted && Interlocked.CompareExchange(ref _state, Abandoned, Waiting) == Waiting)
        {
            _ = ForgetAsync(connecting);
            cancel.ThrowIfCancellationRequested();
        }
        return await connecting.ConfigureAwait(false);
    }

    /// <summary>Gives what was made to the call, or has it kept where that one waits no more.</summary>
    public void Deliver(T made)
    {
        if (Interlocked.CompareExchange(ref _state, Delivered, Waiting) == Abandoned)
            keep(made);
    }

    /// <summary>The state of the client tells of a failure, and the next call.</summary>
    private static async Task ForgetAsync(Task connecting) => await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
