"""All plays of a run, as kept in results.json."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .contenders import GATEWAY
from .figures import Figure, Judged, judge


@dataclass(frozen=True)
class Play:
    scenario: str
    contender: str
    protocol: str
    workers: int
    figures: list[Figure]
    calls: dict[str, int]
    # Of refused calls, by status or Error.
    refusals: dict[str, int]
    unsupported: list[str]
    marks: list[tuple[float, str]]
    # For each 100 ms: right, refused, wrong, lost, p99_milliseconds.
    bins: dict[str, list[Any]]

    def judged(self) -> list[Judged]:
        return [judge(figure, self.contender == GATEWAY, self.unsupported) for figure in self.figures]


@dataclass
class Results:
    machine: dict[str, Any]
    versions: dict[str, str]
    is_quick: bool
    plays: list[Play] = field(default_factory=list)
    # Share of the cores' time of other processes.
    other_work_share: float = 0

    def of(self, scenario: str) -> list[Play]:
        return [play for play in self.plays if play.scenario == scenario]

    def targets(self) -> Iterator[tuple[Play, Judged]]:
        return ((play, row) for play in self.plays for row in play.judged() if row.verdict)

    def missed(self) -> int:
        return sum(row.is_missed for _, row in self.targets())

    def write(self, file: Path) -> None:
        kept = asdict(self)
        for play, whole in zip(kept["plays"], self.plays):
            play["verdicts"] = [row.verdict for row in whole.judged()]
        # A line for each play: a run has hundreds of thousands of figures.
        plays = ",\n".join(json.dumps(play, separators=(",", ":")) for play in kept.pop("plays"))
        file.write_text(json.dumps(kept, indent=1)[:-2] + ',\n "plays": [\n' + plays + "\n ]\n}\n")

    @staticmethod
    def read(file: Path) -> "Results":
        kept = json.loads(file.read_text())
        plays = kept.pop("plays")
        for play in plays:
            del play["verdicts"]
            play["figures"] = [Figure(**figure) for figure in play["figures"]]
        return Results(**kept, plays=[Play(**play) for play in plays])
