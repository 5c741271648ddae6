"""The targets as data, and whether they were reached. docs/performance.md shows every row."""

from collections.abc import Callable
from dataclasses import dataclass

from . import metrics
from .contenders import DIRECT, GATEWAY, HAPROXY, TUNED
from .metrics import Metric
from .results import Results
from .spread import Spread, differences, ratios

AT_LEAST, AT_MOST = "≥", "≤"

Find = Callable[[Results, str], list[float]]


@dataclass(frozen=True)
class Target:
    what: str
    case: str
    figure: str
    sign: str
    # A number, or the measured value of another contender.
    limit: float | Find
    unit: str
    # The figures of all rounds; empty if the case was not measured.
    find: Find


@dataclass(frozen=True)
class Judged:
    target: Target
    found: Spread | None
    # If the limit is itself measured.
    limit: float | None

    @property
    def is_missed(self) -> bool:
        return self.verdict == "MISSED"

    @property
    def verdict(self) -> str:
        if self.found is None or self.limit is None:
            return "not measured"
        reached = self.found.median >= self.limit if self.target.sign == AT_LEAST else self.found.median <= self.limit
        return "reached" if reached else "MISSED"


def against(other: str, metric: Metric) -> Find:
    return lambda results, case: ratios(results.values(case, GATEWAY, metric.key), results.values(case, other, metric.key))


def of(contender: str, metric: Metric) -> Find:
    return lambda results, case: results.values(case, contender, metric.key)


def added_by(contender: str, metric: Metric) -> Find:
    """What a proxy adds compared with none."""
    return lambda results, case: differences(results.values(case, contender, metric.key), results.values(case, DIRECT, metric.key))


# In place of a number: the median of what HAProxy adds in the same run.
ADDED_BY_HAPROXY = added_by(HAPROXY, metrics.P50)

TARGETS = [
    Target("small smf calls, 64 × 1", "smf-60-64x1", "calls/s against HAProxy", AT_LEAST, 1.7, "×", against(HAPROXY, metrics.CALLS_PER_SECOND)),
    Target("small smf calls, 64 × 1", "smf-60-64x1", "CPU per call against HAProxy", AT_MOST, 0.6, "×", against(HAPROXY, metrics.CPU_PER_CALL)),
    Target("small smf calls, 64 × 1", "smf-60-64x1", "p99 against HAProxy", AT_MOST, 0.7, "×", against(HAPROXY, metrics.P99)),
    Target("small smf calls, 64 × 16", "smf-60-64x16", "calls/s against HAProxy", AT_LEAST, 1.5, "×", against(HAPROXY, metrics.CALLS_PER_SECOND)),
    Target("small smf calls, 64 × 16", "smf-60-64x16", "CPU per call against HAProxy", AT_MOST, 0.6, "×", against(HAPROXY, metrics.CPU_PER_CALL)),
    Target("one small smf call at a time", "smf-60-1x1", "p50 added; at most what HAProxy adds", AT_MOST, ADDED_BY_HAPROXY, " µs", added_by(GATEWAY, metrics.P50)),
    Target("download in 4 MiB frames, 1 stream", "frame-download-1", "GiB/s against HAProxy tuned", AT_LEAST, 1.3, "×", against(TUNED, metrics.GIB_PER_SECOND)),
    Target("download in 4 MiB frames, 1 stream", "frame-download-1", "CPU per GiB against HAProxy tuned", AT_MOST, 0.8, "×", against(TUNED, metrics.CPU_PER_GIB)),
    Target("frame echo of 100 bytes, 16 × 1", "frame-echo-16x1", "calls/s against HAProxy", AT_LEAST, 1.15, "×", against(HAPROXY, metrics.CALLS_PER_SECOND)),
    Target("frame echo of 100 bytes, 16 × 1", "frame-echo-16x1", "CPU per call against HAProxy", AT_MOST, 0.85, "×", against(HAPROXY, metrics.CPU_PER_CALL)),
    Target("memory, just started", "idle", "resident", AT_MOST, 30, " MiB", of(GATEWAY, metrics.IDLE_MEMORY)),
    Target("10,000 idle connections", "idle", "more resident", AT_MOST, 50, " MiB", of(GATEWAY, metrics.GROWN_MEMORY)),
    Target("start to ready", "start", "from exec to the first connection", AT_MOST, 100, " ms", of(GATEWAY, metrics.START)),
    Target("the load generator alone, 64 × 128", "generator", "calls/s without a proxy", AT_LEAST, 2_000_000, "", of(DIRECT, metrics.CALLS_PER_SECOND)),
]


def judge(results: Results) -> list[Judged]:
    return [Judged(target, Spread.of(target.find(results, target.case)), _limit(target, results)) for target in TARGETS]


def _limit(target: Target, results: Results) -> float | None:
    if isinstance(target.limit, (int, float)):
        return target.limit
    found = Spread.of(target.limit(results, target.case))
    return found.median if found else None
