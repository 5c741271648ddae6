using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Limits;

/// <summary>When something has to be over: after so much time, or when its caller says so, whichever comes first.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _time;

    public Deadline(TimeSpan time, TimeProvider clock, CancellationToken caller)
    {
        _time = time;
        _caller = caller;
        _limit = new CancellationTokenSource(time, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it was the time, and not the caller.</summary>
    public bool Passed => _limit.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>What to throw for a cancellation of a call: the caller's own, or that the time was over.</summary>
    public Exception Explain(OperationCanceledException e, string call) => Passed
        ? new RpcTimeoutException($"{call}: no reply within {_time.TotalSeconds} s")
        : new OperationCanceledException(e.Message, e, _caller);

    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }
}
