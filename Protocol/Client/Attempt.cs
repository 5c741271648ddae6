namespace FrameRpc.Protocol.Client;

/// <summary>An attempt to connect and the call that waits for it: the first of the two to end decides what happens to the result.</summary>
internal sealed class Attempt<T>(Action<T> keep)
    where T : class
{
    private const int Waiting = 0, Delivered = 1, Abandoned = 2;

    private int _state;

    /// <summary>Waits for the result of <see cref="Deliver"/>, or stops waiting and lets the attempt continue.</summary>
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

    /// <summary>Hands the result to the call, or keeps it if the call no longer waits.</summary>
    public void Deliver(T made)
    {
        if (Interlocked.CompareExchange(ref _state, Delivered, Waiting) == Abandoned)
            keep(made);
    }

    /// <summary>A failure is visible in the state of the client and to the next call.</summary>
    private static async Task ForgetAsync(Task connecting) => await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
