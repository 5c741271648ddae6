"""Where a scenario is played: three servers, one contender before them, and loads of calls."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.processes import Children, Failure, free_port
from harness.usage import family, peak_mebibytes

from . import contenders, hostile
from .contenders import DIRECT, Contender, SickServer
from .load import Plan
from .records import Records

# Python starts in a tenth of it on an idle machine.
BEFORE_LOAD_SECONDS = 0.7
ENDING_SECONDS_MAX = 60.0

SERVERS = 3


@dataclass
class Started:
    process: subprocess.Popen[bytes]
    plan: Plan
    log: Path
    result: Path


class Stage:
    def __init__(self, children: Children, contender: str, program: Path, protocol: str, workers: int, is_quick: bool, options: dict[str, Any]) -> None:
        self.protocol = protocol
        self.workers = workers
        self.is_quick = is_quick
        # Calls a second where a scenario does not say another rate.
        self.rate = 1000 if is_quick else 2000
        self.marks: list[tuple[float, str]] = []
        self._children = children
        self.servers = [SickServer(children, protocol, free_port(), children.folder / f"server-{number}.control") for number in range(SERVERS)]
        self.contender: Contender = contenders.start(contender, children, program, protocol, workers, self.servers, options)
        self._begin_at: float | None = None
        self._loads: list[Started] = []

    def seconds(self, full: float, quick: float) -> float:
        return quick if self.is_quick else full

    def behave(self, how: str, **numbers: float) -> None:
        """All servers."""
        for server in self.servers:
            server.behave(how, **numbers)

    def load(self, *phases: tuple[float, float], directly: bool = False, start: float | None = None, **plan: Any) -> Started:
        """Starts calls: the first load begins the time of the scenario, another begins at the given second, or as soon as its program runs."""
        begin_at = time.monotonic() + BEFORE_LOAD_SECONDS
        if self._begin_at is None:
            self._begin_at = begin_at
        elif start is not None:
            begin_at = self._begin_at + start
        port = self.servers[0].port if directly else self.contender.port
        whole = Plan(self.protocol, port, begin_at, phases=list(phases), **plan)
        log = self._children.log_file("load")
        file, result = log.with_suffix(".plan"), log.with_suffix(".result")
        whole.write(file)
        started = Started(self._children.start([sys.executable, "-m", "chaos.load", str(file), str(result)], log), whole, log, result)
        self._loads.append(started)
        return started

    def hurt(self, kind: str, second: float, seconds: float, connections: int) -> None:
        """Hostile callers from this second on. Their program is started now, so that its start disturbs the calm before, and not what is compared with it."""
        assert kind in (hostile.SLOW_READERS, hostile.DRIPPING, hostile.HALF_SENT)
        assert self._begin_at is not None
        numbers = [self.contender.port, self._begin_at + second, seconds, connections]
        self._children.start([sys.executable, "-m", "chaos.hostile", kind, self.protocol, *map(str, numbers)], self._children.log_file(kind))

    def at(self, second: float) -> None:
        assert self._begin_at is not None
        time.sleep(max(0.0, self._begin_at + second - time.monotonic()))

    def now(self) -> float:
        assert self._begin_at is not None
        return time.monotonic() - self._begin_at

    def mark(self, text: str) -> float:
        """Notes what happens at this moment, for the picture, and returns it."""
        self.marks.append((round(self.now(), 3), text))
        return self.now()

    def records(self, load: Started) -> Records:
        """Of a load, when it has ended; in seconds of the scenario."""
        assert self._begin_at is not None
        planned = sum(seconds for _, seconds in load.plan.phases) + max((second for second, _ in load.plan.bursts), default=0.0)
        try:
            load.process.wait(BEFORE_LOAD_SECONDS + planned + load.plan.patience_seconds + ENDING_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise Failure("the callers do not end") from None
        if load.process.returncode != 0:
            raise Failure(f"the callers failed:\n{load.log.read_text(errors='replace')}")
        return Records.read(json.loads(load.result.read_text()), self._begin_at)

    def peak_mebibytes(self) -> float | None:
        process = self.contender.process
        return peak_mebibytes(family(process.pid)) if process and self.contender.name != DIRECT else None
