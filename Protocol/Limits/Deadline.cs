using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Limits;

/// <summary>The end of an operation: a time limit or the caller's token, whichever comes first.</summary>
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

    /// <summary>Whether the time limit was reached and the caller has not cancelled.</summary>
    public bool Passed => _limit.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>The exception for a cancelled call: a timeout, or the caller's own cancellation.</summary>
    public Exception Explain(OperationCanceledException e, string call) => Passed
        ? new RpcTimeoutException($"{call}: no reply within {_time.TotalSeconds} s")
        : new OperationCanceledException(e.Message, e, _caller);

    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }
}
