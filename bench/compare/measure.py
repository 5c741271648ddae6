"""One measurement: a load through a contender, and the resources of the contender's processes meanwhile."""

import json
from dataclasses import dataclass
from pathlib import Path

from harness.processes import Children, Failure
from harness.usage import cpu_seconds

from . import metrics
from .cases import Load, LoadCase
from .contenders import Running
from .metrics import Sample

GiB = 1024**3

# A load in the background is ended by a signal long before.
BACKGROUND_SECONDS = 3600


@dataclass(frozen=True)
class Timing:
    warm_up_seconds: float
    seconds: float


class Generator:
    """A running `frpc-gateway bench`, which checks every reply."""

    def __init__(self, children: Children, program: Path, target: Running, load: Load, timing: Timing) -> None:
        self._children = children
        self._what = f"{' '.join(load.words())} through {target.name}"
        words = ["--warm-up", _milliseconds(timing.warm_up_seconds), "--duration", _milliseconds(timing.seconds), "--json", "--phases"]
        self._process = children.start_piped([str(program), "bench", target.address(load.protocol), *load.words(), *words])

    def wait_for(self, phase: str) -> None:
        assert self._process.stderr is not None
        line = self._process.stderr.readline().decode()
        if line.strip() != phase:
            output, error = self._process.communicate()
            raise self._failure(line + error.decode() + output.decode())

    def stop(self) -> None:
        self._process.terminate()

    def result(self) -> dict:
        output, error = self._process.communicate()
        if self._process.returncode != 0:
            raise self._failure(error.decode() + output.decode())
        self._children.stop(self._process)
        return json.loads(output)

    def _failure(self, said: str) -> Failure:
        return Failure(f"the load {self._what} failed:\n{said}")


def measure(case: LoadCase, target: Running, children: Children, program: Path, timing: Timing) -> Sample:
    background = _start_background(case, target, children, program, timing)
    load = Generator(children, program, target, case.load, timing)
    load.wait_for("measuring")
    family = target.family()
    before = cpu_seconds(family)
    load.wait_for("measured")
    used = cpu_seconds(family) - before
    sample = _sample(load.result(), used if family else None)
    if background is None:
        return sample
    background.stop()
    # The CPU time is that of calls and streams together, so it cannot be attributed to the calls.
    sample.pop(metrics.CPU_PER_CALL.key, None)
    sample[metrics.STREAMS_GIB_PER_SECOND.key] = _gib(background.result())["perSecond"]
    return sample


def _start_background(case: LoadCase, target: Running, children: Children, program: Path, timing: Timing) -> Generator | None:
    if case.background is None:
        return None
    background = Generator(children, program, target, case.background, Timing(timing.warm_up_seconds, BACKGROUND_SECONDS))
    background.wait_for("measuring")
    return background


def _sample(result: dict, used_seconds: float | None) -> Sample:
    gib = _gib(result)
    latency = result["latencyNanoseconds"]
    sample = {
        metrics.CALLS_PER_SECOND.key: result["callsPerSecond"],
        metrics.GIB_PER_SECOND.key: gib["perSecond"],
        metrics.P50.key: latency["p50"] / 1000,
        metrics.P99.key: latency["p99"] / 1000,
        metrics.P999.key: latency["p999"] / 1000,
    }
    if used_seconds is not None:
        sample[metrics.CPU_PER_CALL.key] = used_seconds * 1e6 / result["calls"]
        sample[metrics.CPU_PER_GIB.key] = used_seconds / gib["moved"]
    return sample


def _gib(result: dict) -> dict[str, float]:
    """Payload of both directions."""
    return {
        "moved": (result["requestBytes"] + result["replyBytes"]) / GiB,
        "perSecond": result["requestGiBPerSecond"] + result["replyGiBPerSecond"],
    }


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
