"""Resources of processes from /proc: CPU time and memory, each summed over a process and its children."""

import os
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and its children: nginx serves in a child of the process that was started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [member for child in children for member in family(int(child))]


def cpu_seconds(pids: list[int]) -> float:
    """utime and stime: the 14th and 15th field of stat. The name before them may hold spaces, so fields are counted from its end."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def peak_mebibytes(pids: list[int]) -> float:
    return _status_mebibytes(pids, "VmHWM")


def resident_mebibytes(pids: list[int]) -> float:
    return _status_mebibytes(pids, "VmRSS")


def _status_mebibytes(pids: list[int], name: str) -> float:
    kibibytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                kibibytes += int(line.split()[1])
    return kibibytes / 1024
