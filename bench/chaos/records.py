"""What became of the calls of one load, and figures from it."""

import math
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from .load import LOST, OUTCOMES, REFUSED, RIGHT, UNANSWERED, WRONG

BIN_SECONDS = 0.1


@dataclass(frozen=True)
class Call:
    # Seconds since the load began.
    began: float
    ended: float
    outcome: str
    status: int

    @property
    def milliseconds(self) -> float:
        return (self.ended - self.began) * 1000


class Records:
    def __init__(self, calls: list[Call]) -> None:
        self.calls = sorted(calls, key=lambda call: call.began)

    @staticmethod
    def read(rows: list[list[Any]], begin_at: float) -> "Records":
        return Records([Call(began - begin_at, ended - begin_at, outcome, status) for began, ended, outcome, status in rows])

    def between(self, start: float, end: float = math.inf) -> "Records":
        return Records([call for call in self.calls if start <= call.began < end])

    def failed(self) -> list[Call]:
        return [call for call in self.calls if call.outcome != RIGHT]

    def right(self) -> list[Call]:
        return [call for call in self.calls if call.outcome == RIGHT]

    def right_share(self) -> float:
        return len(self.right()) / len(self.calls) if self.calls else 0.0

    def p99_milliseconds(self) -> float | None:
        """Of right calls; None if there are none."""
        return percentile([call.milliseconds for call in self.right()], 0.99)

    def counts(self) -> dict[str, int]:
        found = Counter(call.outcome for call in self.calls)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def statuses(self) -> dict[str, int]:
        """Of refused calls: which status how often."""
        return {str(status): count for status, count in Counter(call.status for call in self.calls if call.outcome == REFUSED).most_common()}

    def seconds_until_full_service(self, after: float) -> float:
        """From then to the beginning of the last call that failed; 0 if none did."""
        return max((call.began - after for call in self.between(after).failed()), default=0.0)

    def bins(self) -> "Bins":
        """By when calls began."""
        count = math.ceil((self.calls[-1].began + 1e-9) / BIN_SECONDS) if self.calls else 0
        groups: list[list[Call]] = [[] for _ in range(count)]
        for call in self.calls:
            groups[min(count - 1, max(0, int(call.began / BIN_SECONDS)))].append(call)

        def number(*outcomes: str) -> list[int]:
            return [sum(call.outcome in outcomes for call in group) for group in groups]

        return Bins(number(RIGHT), number(REFUSED), number(WRONG), number(LOST, UNANSWERED), [Records(group).p99_milliseconds() for group in groups])


@dataclass(frozen=True)
class Bins:
    """For each 100 ms."""

    right: list[int]
    refused: list[int]
    wrong: list[int]
    lost: list[int]
    p99_milliseconds: list[float | None]

    def as_json(self) -> dict[str, Any]:
        rounded = [None if value is None else round(value, 2) for value in self.p99_milliseconds]
        return {**asdict(self), "p99_milliseconds": rounded}


def percentile(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else None
