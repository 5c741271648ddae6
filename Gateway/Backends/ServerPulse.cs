namespace FrameRpc.Gateway.Backends;

/// <summary>
/// What one worker has measured of a server's replies: how long they take, whether any come at all, and recent faults. Balancing counts it as load.
/// </summary>
internal sealed class ServerPulse
{
    /// <summary>
    /// A fault counts like a call in flight that takes long to go away, so that a server which fails at once does not look idle. Halved every 10 s: at a
    /// call a second, a server with three faults is left alone for half a minute while others are free.
    /// </summary>
    private const double FaultHalfLifeMs = 10_000;

    /// <summary>Less than this counts as none.</summary>
    private const double PenaltyMin = 0.1;

    /// <summary>Weight of one more reply in the average: about the last 16 replies.</summary>
    private const int AverageShift = 4;

    /// <summary>No server is taken to stand still before, however fast it is: garbage collections and other programs on its machine take as long.</summary>
    private const long StillUsMin = 100_000;

    /// <summary>Times its average latency without any reply.</summary>
    private const int StillLatencies = 10;

    /// <summary>As in Finagle and linkerd.</summary>
    private const double PeakDecayUs = 10_000_000;

    private double _penalty;
    private long _penaltyAtMs;
    private long _progressUs, _peakAtUs;

    /// <summary>Of the replies since <see cref="TakeMean"/>: their latencies, and their number.</summary>
    private long _sumUs, _replies;

    /// <summary>Moving average of the time from a request to its reply; 0 before the first reply.</summary>
    public long LatencyUs { get; private set; }

    /// <summary>As <see cref="LatencyUs"/>, but follows a slower reply at once (peak EWMA).</summary>
    public double PeakLatencyUs { get; private set; }

    /// <summary>Penalty for recent faults, in calls.</summary>
    public double PenaltyAt(long nowMs)
    {
        if (_penalty < PenaltyMin)
            return 0;
        double left = _penalty * Math.Pow(2, (_penaltyAtMs - nowMs) / FaultHalfLifeMs);
        if (left >= PenaltyMin)
            return left;
        _penalty = 0;
        return 0;
    }

    /// <summary>A reply has arrived, or the first call in flight was sent: from here on one is due.</summary>
    public void NoteProgress(long nowUs) => _progressUs = nowUs;

    public void NoteReply(long tookUs)
    {
        _sumUs += tookUs;
        _replies++;
        LatencyUs = LatencyUs == 0 ? tookUs : LatencyUs + ((tookUs - LatencyUs) >> AverageShift);
    }

    /// <summary>Keeps <see cref="PeakLatencyUs"/>, which only <c>peakEwma</c> compares: an exponential takes as long as a tenth of a small call.</summary>
    public void NotePeak(long tookUs, long nowUs)
    {
        double decay = Math.Exp((_peakAtUs - nowUs) / PeakDecayUs);
        PeakLatencyUs = Math.Max(tookUs, (PeakLatencyUs * decay) + (tookUs * (1 - decay)));
        _peakAtUs = nowUs;
    }

    /// <summary>A good reply: what was wrong with the server may be over.</summary>
    public void NoteSuccess() => _penalty /= 2;

    public void NoteFault(long nowMs, int faultsInARow)
    {
        _penalty = PenaltyAt(nowMs) + faultsInARow;
        _penaltyAtMs = nowMs;
    }

    /// <summary>Calls are in flight, and no reply has come for much longer than replies take.</summary>
    public bool StandsStill(int callsInFlight, long nowUs) =>
        callsInFlight > 0 && nowUs - _progressUs > Math.Max(StillUsMin, StillLatencies * LatencyUs);

    /// <summary>The mean latency since the last time, if there were enough replies to tell; otherwise 0.</summary>
    public long TakeMean(int repliesMin)
    {
        long mean = _replies >= repliesMin ? _sumUs / _replies : 0;
        if (mean > 0)
            _sumUs = _replies = 0;
        return mean;
    }
}
