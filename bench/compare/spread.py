"""Several values of one thing: their median, and how far they lie apart."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    lowest: float
    highest: float

    @staticmethod
    def of(values: list[float]) -> "Spread | None":
        return Spread(statistics.median(values), min(values), max(values)) if values else None


def ratios(values: list[float], others: list[float]) -> list[float]:
    """Taken within each round, so that what else the machine did then is in both."""
    return [value / other for value, other in zip(values, others) if other > 0]


def differences(values: list[float], others: list[float]) -> list[float]:
    """From the others' median: a call at a time takes 18 or 76 µs, as its processes happen to share a core or not, anew in every measurement."""
    if not others:
        return []
    return [value - statistics.median(others) for value in values]
