using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Backends;

internal enum BreakerState : byte
{
    /// <summary>All calls are admitted.</summary>
    Closed,
    /// <summary>The server is ejected: it gets no calls until the ejection ends.</summary>
    Open,
    /// <summary>The ejection has ended: one call at a time is admitted, and its outcome decides.</summary>
    HalfOpen,
}

/// <summary>
/// Ejects a server that fails calls, as one worker sees it: after faults in a row, or when too large a part of its recent calls failed. An ejection
/// doubles with each one that follows soon, and ends with a single call: if that succeeds, the server is back.
/// </summary>
/// <remarks>
/// The defaults are those of Envoy's outlier detection (5 in a row) and of Finagle's success-rate accrual in a short window; the time starts at 1 s
/// instead of 30 s, because the half-open call makes a mistake cheap.
/// </remarks>
internal sealed class Breaker(Random random)
{
    private const int BucketMs = 1_000, Buckets = 10;

    /// <summary>An ejection that follows within this time after the last one's end is longer than that one.</summary>
    private const int RelapseMs = 30_000;

    /// <summary>A call that is to decide may be cancelled by its caller: after this time another one gets the chance.</summary>
    private const int TrialMs = 5_000;

    /// <summary>Another worker's ejection ends later here, so that its own call decides for all.</summary>
    private const int AdoptedExtraMs = 1_000;

    private readonly int[] _calls = new int[Buckets];
    private readonly int[] _faults = new int[Buckets];
    private EjectOptions _options = new();
    private long _bucket = -1;
    private int _callsInWindow, _faultsInWindow;
    private long _untilMs, _closedAtMs = long.MinValue / 2, _trialUntilMs;

    public BreakerState State { get; private set; }

    /// <summary>Faults without a success in between.</summary>
    public int FaultsInARow { get; private set; }

    /// <summary>The number of ejections that followed each other: each is twice as long as the one before.</summary>
    public int Level { get; private set; }

    /// <summary>What opened it, for people.</summary>
    public string Evidence { get; private set; } = "";

    public void Apply(EjectOptions options) => _options = options;

    /// <summary>Whether a call may be sent to the server; for <see cref="BreakerState.HalfOpen"/> see <see cref="BeginTrial"/>.</summary>
    public bool Admits(long nowMs)
    {
        if (State == BreakerState.Closed)
            return true;
        if (State == BreakerState.Open && nowMs >= _untilMs)
            State = BreakerState.HalfOpen;
        return State == BreakerState.HalfOpen && nowMs >= _trialUntilMs;
    }

    /// <summary>When it admits a call, if nothing else happens before; null if it does now.</summary>
    public long? AdmitsFrom(long nowMs)
    {
        long fromMs = State switch
        {
            BreakerState.Closed => 0,
            BreakerState.Open => _untilMs,
            _ => _trialUntilMs,
        };
        return fromMs > nowMs ? fromMs : null;
    }

    /// <summary>A call was sent to the half-open server: its outcome decides, and meanwhile no other is admitted.</summary>
    public void BeginTrial(long nowMs) => _trialUntilMs = nowMs + TrialMs;

    /// <summary>A call was answered.</summary>
    /// <returns>True if that ends an ejection.</returns>
    public bool NoteSuccess(long nowMs)
    {
        FaultsInARow = 0;
        if (State == BreakerState.Closed)
        {
            BucketOf(nowMs, out int bucket);
            _calls[bucket]++;
            _callsInWindow++;
            return false;
        }
        // A call that was sent before the ejection proves little; only one that was sent after it does.
        return State == BreakerState.HalfOpen && Close(nowMs);
    }

    /// <summary>A call failed through the server.</summary>
    /// <returns>True if that ejects it.</returns>
    public bool NoteFault(ServerFault fault, long nowMs)
    {
        FaultsInARow++;
        if (State == BreakerState.HalfOpen)
            return Open(nowMs, $"{Describe(fault)}, in the first call after an ejection");
        if (State == BreakerState.Open)
            return false;
        BucketOf(nowMs, out int bucket);
        _calls[bucket]++;
        _faults[bucket]++;
        _callsInWindow++;
        _faultsInWindow++;
        if (_options.FaultsInARow > 0 && FaultsInARow >= _options.FaultsInARow)
            return Open(nowMs, $"{FaultsInARow} faults in a row, the last one: {Describe(fault)}");
        if (_callsInWindow >= _options.CallsMin && _faultsInWindow * 100L >= (long)_options.FaultsPercent * _callsInWindow)
            return Open(nowMs, $"{_faultsInWindow} of {_callsInWindow} calls failed within {Buckets} s, the last one: {Describe(fault)}");
        return false;
    }

    /// <summary>Another worker has ejected the server.</summary>
    public void Adopt(int level, long nowMs)
    {
        if (State == BreakerState.Open)
            return;
        Level = level;
        Evidence = "";
        State = BreakerState.Open;
        _untilMs = nowMs + DurationMs() + AdoptedExtraMs;
        _trialUntilMs = 0;
    }

    /// <summary>The server is back, as another worker or a check found.</summary>
    public void Reset(long nowMs)
    {
        if (State != BreakerState.Closed)
            Close(nowMs);
    }

    /// <summary>From 0 to 1: the part of its share that the server gets, as it grows after an ejection.</summary>
    public double Warmth(long nowMs)
    {
        long warmMs = (long)_options.SlowStart.TotalMilliseconds;
        long sinceMs = nowMs - _closedAtMs;
        // A tenth at the start, so that it is not left out altogether among few calls.
        return sinceMs >= warmMs ? 1 : Math.Max(0.1, (double)sinceMs / warmMs);
    }

    /// <summary>Begins a slow start: the server is new, or was unreachable.</summary>
    public void Warm(long nowMs) => _closedAtMs = nowMs;

    private bool Open(long nowMs, string evidence)
    {
        Level = State == BreakerState.HalfOpen || nowMs - _closedAtMs < RelapseMs ? Level + 1 : 0;
        Evidence = evidence;
        State = BreakerState.Open;
        _untilMs = nowMs + DurationMs();
        _trialUntilMs = 0;
        return true;
    }

    private bool Close(long nowMs)
    {
        State = BreakerState.Closed;
        _closedAtMs = nowMs;
        FaultsInARow = 0;
        _bucket = -1;
        return true;
    }

    private long DurationMs()
    {
        double baseMs = _options.Duration.TotalMilliseconds * Math.Pow(2, Math.Min(Level, 30));
        return (long)(Math.Min(baseMs, _options.DurationMax.TotalMilliseconds) * (0.9 + (random.NextDouble() * 0.2)));
    }

    /// <summary>Forgets what lies further back than the window.</summary>
    private void BucketOf(long nowMs, out int place)
    {
        long bucket = nowMs / BucketMs;
        if (bucket - _bucket >= Buckets || _bucket < 0)
        {
            Array.Clear(_calls);
            Array.Clear(_faults);
            _callsInWindow = _faultsInWindow = 0;
            _bucket = bucket;
        }
        while (_bucket < bucket)
        {
            int left = (int)(++_bucket % Buckets);
            _callsInWindow -= _calls[left];
            _faultsInWindow -= _faults[left];
            _calls[left] = _faults[left] = 0;
        }
        place = (int)(bucket % Buckets);
    }

    private static string Describe(ServerFault fault) => fault switch
    {
        ServerFault.Lost => "connection ended before its reply",
        ServerFault.NoReply => "no reply in time",
        ServerFault.BadReply => "invalid reply",
        ServerFault.WrongSession => "reply that matches no call",
        _ => "status that counts as a fault",
    };
}
