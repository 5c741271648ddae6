using FrameRpc.Bench.Timers;

// Measures the cost of timers in the event loop; see bench/timers.sh.
bool quick = args.Contains("--quick");
int timers = quick ? 100_000 : 1_000_000;
int rounds = quick ? 3 : 11;

Report.WriteHeading(timers);
// Call timeouts: nearly all are disarmed by the reply. The clock advances as under load, a millisecond per 100 calls.
Report.Write("armed over 30 s, then disarmed in the order in which they were armed", rounds, timers,
    new Load(timers, SpreadMs: 30_000, DisarmedShare: 1));
Report.Write("armed over 30 s, each fires", rounds, timers, new Load(timers, SpreadMs: 30_000, DisarmedShare: 0));
Report.Write("armed for one moment, each fires", rounds, timers, new Load(timers, SpreadMs: 0, DisarmedShare: 0));
Report.Write("armed for one moment, every second in the next round of the ring, each fires", rounds, timers,
    new Load(timers, SpreadMs: 0, DisarmedShare: 0) { HalfARoundLater = true });

Report.WriteTurns(rounds, timers);
