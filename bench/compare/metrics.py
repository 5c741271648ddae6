"""The metrics of a measurement: names, units and formatting."""

from dataclasses import dataclass

# By metric key. A missing key has no value: without a proxy there is no proxy CPU time.
Sample = dict[str, float]


@dataclass(frozen=True)
class Metric:
    key: str
    title: str
    digits: int
    more_is_better: bool = False

    def text(self, value: float) -> str:
        """Only significant digits: a latency of 8.25 µs, and one of 1,234 µs."""
        digits = self.digits if abs(value) < 100 else 0
        return f"{value:,.{digits}f}"


CALLS_PER_SECOND = Metric("callsPerSecond", "calls/s", 0, more_is_better=True)
GIB_PER_SECOND = Metric("gibPerSecond", "GiB/s", 2, more_is_better=True)
P50 = Metric("p50Microseconds", "p50 µs", 1)
P99 = Metric("p99Microseconds", "p99 µs", 1)
P999 = Metric("p999Microseconds", "p99.9 µs", 1)
CPU_PER_CALL = Metric("cpuMicrosecondsPerCall", "CPU µs per call", 2)
CPU_PER_GIB = Metric("cpuSecondsPerGiB", "CPU s per GiB", 3)
PEAK_MEMORY = Metric("peakMemoryMiB", "peak memory MiB", 1)
STREAMS_GIB_PER_SECOND = Metric("streamsGiBPerSecond", "streams GiB/s", 2, more_is_better=True)
IDLE_MEMORY = Metric("idleMiB", "memory just started MiB", 1)
CONNECTIONS = Metric("connections", "connections", 0)
GROWN_MEMORY = Metric("grownMiB", "more with them MiB", 1)
MEMORY_PER_CONNECTION = Metric("kibPerConnection", "KiB per connection", 2)
START = Metric("startMilliseconds", "start to ready ms", 1)

OF_CALLS = [CALLS_PER_SECOND, P50, P99, P999, CPU_PER_CALL, PEAK_MEMORY]
OF_BYTES = [GIB_PER_SECOND, CPU_PER_GIB, PEAK_MEMORY]
OF_MIX = [CALLS_PER_SECOND, P50, P99, P999, STREAMS_GIB_PER_SECOND, PEAK_MEMORY]
OF_IDLE = [IDLE_MEMORY, CONNECTIONS, GROWN_MEMORY, MEMORY_PER_CONNECTION]
OF_START = [START]
OF_GENERATOR = [CALLS_PER_SECOND, P50, P99, P999]
