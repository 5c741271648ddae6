using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Client;

/// <summary>When a call has to be over: its timeout, or its caller's token, whichever comes first.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _timeout;

    public CallDeadline(TimeSpan timeout, TimeProvider clock, CancellationToken caller)
    {
        _timeout = timeout;
        _caller = caller;
        _limit = new CancellationTokenSource(timeout, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>What to throw for a cancellation: the caller's own, or that the time was over.</summary>
    public Exception Explain(OperationCanceledException e, string call) =>
        _caller.IsCancellationRequested || !_limit.IsCancellationRequested
            ? new OperationCanceledException(e.Message, e, _caller)
            : new RpcTimeoutException($"{call}: no reply within {_timeout.TotalSeconds} s");

    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }
}
