"""How much CPU time other processes used during the measurement, which shows how reliable the figures are."""

import os
import resource
import time
from pathlib import Path

from .usage import TICKS_PER_SECOND


class OtherWork:
    """Counts from its creation: the CPU time of all cores without that of this process and its ended children."""

    def __init__(self) -> None:
        self._began_at = time.monotonic()
        self._busy_before = _busy_seconds()
        self._own_before = _own_seconds()

    def share(self) -> float:
        """Share of the cores' time, including time that a hypervisor gave to other machines."""
        elapsed = (time.monotonic() - self._began_at) * (os.cpu_count() or 1)
        others = (_busy_seconds() - self._busy_before) - (_own_seconds() - self._own_before)
        return max(0.0, others / elapsed)


def _busy_seconds() -> float:
    """The first line of /proc/stat: cpu user nice system idle iowait irq softirq steal, and guests, which are in user already."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND


def _own_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
