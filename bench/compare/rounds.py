"""The order of measurements: case by case, and in each case interleaved rounds of the contenders."""

from pathlib import Path

from harness.other_work import OtherWork
from harness.processes import Children
from harness.progress import Progress
from harness.usage import peak_mebibytes

from . import contenders, machine, metrics
from .cases import Case, IdleCase, LoadCase, StartCase, case_of
from .contenders import DIRECT, GATEWAY, HAPROXY, NGINX, PROXIES, TUNED
from .idle import SETTLE_SECONDS, measure_idle
from .measure import Timing, measure
from .results import Results
from .starting import measure_start

# Of one measurement: starting the load, its connections and its end. Downloads and uploads continue until the calls in flight are complete.
OVERHEAD_SECONDS = 0.15
# Of a case: starting the contenders and stopping them.
SETUP_SECONDS = 0.4
CONNECTING_SECONDS = 1.5
START_SECONDS = 0.25


def participants(case: Case) -> list[str]:
    """Contenders in the order of their columns. Other pipe sizes are measured only if bodies go through pipes."""
    if not isinstance(case, LoadCase):
        return PROXIES
    if case.only_direct:
        return [DIRECT]
    return [DIRECT, GATEWAY, HAPROXY, *([TUNED] if case.uses_pipes else []), NGINX]


def expected_seconds(names: list[str], rounds: int, timing: Timing) -> float:
    return sum(SETUP_SECONDS + len(participants(case)) * _rounds(case, rounds) * _turn_seconds(case, timing) for case in map(case_of, names))


def run(names: list[str], rounds: int, timing: Timing, program: Path) -> Results:
    results = Results(machine.describe(program, rounds, timing))
    other_work = OtherWork()
    progress = Progress(expected_seconds(names, rounds, timing))
    for name in names:
        with Children() as children:
            _run_case(case_of(name), rounds, timing, program, children, results, progress)
        progress.spent(SETUP_SECONDS)
    progress.clear()
    results.other_work_share = other_work.share()
    return results


def _run_case(case: Case, rounds: int, timing: Timing, program: Path, children: Children, results: Results, progress: Progress) -> None:
    servers = contenders.start_servers(children, program)
    names = participants(case)
    # Every case has its own processes, so that peak memory belongs to its case.
    running = {} if isinstance(case, StartCase) else {name: contenders.start(name, children, program, servers) for name in names}
    for turn in range(_rounds(case, rounds)):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            progress.show(case.name, name, turn + 1, _rounds(case, rounds))
            if isinstance(case, LoadCase):
                sample = measure(case, running[name], children, program, timing)
            elif isinstance(case, IdleCase):
                sample = measure_idle(case, running[name])
            else:
                sample = measure_start(name, children, program, servers)
            results.add(case.name, name, sample)
            progress.spent(_turn_seconds(case, timing))
    results.sort(case.name, names)
    for name, target in running.items():
        if isinstance(case, LoadCase) and target.process:
            results.samples[case.name][name][-1][metrics.PEAK_MEMORY.key] = peak_mebibytes(target.family())


def _rounds(case: Case, rounds: int) -> int:
    """Once, because memory of idle connections hardly varies, and freed memory is not returned."""
    if isinstance(case, IdleCase):
        return 1
    return rounds * case.more_rounds if isinstance(case, LoadCase) else rounds


def _turn_seconds(case: Case, timing: Timing) -> float:
    if isinstance(case, IdleCase):
        return 2 * SETTLE_SECONDS + CONNECTING_SECONDS
    if isinstance(case, StartCase):
        return START_SECONDS
    warm_ups = 1 if case.background is None else 2
    return warm_ups * timing.warm_up_seconds + timing.seconds + OVERHEAD_SECONDS
