"""Shows progress: a rewritten line on a terminal, otherwise a line per case."""

import sys


class Progress:
    def __init__(self, expected_seconds: float, unit: str = "round") -> None:
        self._unit = unit
        self._left_seconds = expected_seconds
        self._is_terminal = sys.stderr.isatty()
        self._case = ""

    def show(self, case: str, contender: str, number: int, count: int) -> None:
        left = duration(self._left_seconds)
        if self._is_terminal:
            sys.stderr.write(f"\r\033[K{case:18} {contender:14} {self._unit} {number} of {count}   {left} left")
        elif case != self._case:
            sys.stderr.write(f"{case:18} {count} {self._unit}s   {left} left\n")
        self._case = case
        sys.stderr.flush()

    def spent(self, planned_seconds: float) -> None:
        self._left_seconds = max(0.0, self._left_seconds - planned_seconds)

    def clear(self) -> None:
        if self._is_terminal:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02} s" if whole >= 60 else f"{whole} s"
