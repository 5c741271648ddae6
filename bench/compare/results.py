"""All results, as kept in results.json."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .metrics import Sample


@dataclass(frozen=True)
class Setting:
    """The conditions of a measurement."""

    kernel: str
    processor: str
    cores: int
    memory_gib: float
    system: str
    # The default congestion control: net.ipv4.tcp_congestion_control.
    congestion_control: str
    versions: dict[str, str]
    rounds: int
    seconds: float
    warm_up_seconds: float


@dataclass
class Results:
    setting: Setting
    # By case and contender, one sample per round.
    samples: dict[str, dict[str, list[Sample]]] = field(default_factory=dict)
    # Share of the cores' time during the measurement.
    other_work_share: float = 0

    def add(self, case: str, contender: str, sample: Sample) -> None:
        self.samples.setdefault(case, {}).setdefault(contender, []).append(sample)

    def sort(self, case: str, order: list[str]) -> None:
        """In a fixed order: rounds begin with different contenders, tables do not."""
        self.samples[case] = {contender: self.samples[case][contender] for contender in order}

    def contenders(self, case: str) -> list[str]:
        return list(self.samples.get(case, {}))

    def values(self, case: str, contender: str, key: str) -> list[float]:
        """One value per round; empty if not measured."""
        return [sample[key] for sample in self.samples.get(case, {}).get(contender, []) if key in sample]

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @staticmethod
    def read(file: Path) -> "Results":
        kept = json.loads(file.read_text())
        return Results(Setting(**kept["setting"]), kept["samples"], kept["other_work_share"])
