"""Measures, prints, and writes the page."""

import sys

from harness import program
from harness.progress import duration

from . import options, report, rounds, targets
from .measure import Timing
from .options import Options
from .results import Results


def main() -> int:
    wanted = options.read(sys.argv[1:])
    return program.run("bench/run.sh", "require_comparison", lambda: _compare(wanted))


def _compare(wanted: Options) -> int:
    results = _kept(wanted) if wanted.redraw else _measured(wanted)
    judged = targets.judge(results)
    if wanted.output is not None:
        report.write(results, judged, wanted.output)
    print(report.terminal(results, judged))
    if wanted.output is not None:
        print(f"written: {wanted.output / report.PAGE} and the pictures in {wanted.output / report.FOLDER}")
    return program.FAILED if wanted.check and any(target.is_missed for target in judged) else program.FINE


def _measured(wanted: Options) -> Results:
    gateway = program.gateway()
    program.raise_open_files()
    timing = Timing(wanted.warm_up_seconds, wanted.seconds)
    expected = rounds.expected_seconds(wanted.only, wanted.rounds, timing)
    print(f"{len(wanted.only)} cases, rounds: {wanted.rounds}, {wanted.seconds:g} s each: about {duration(expected)}", flush=True)
    return rounds.run(wanted.only, wanted.rounds, timing, gateway)


def _kept(wanted: Options) -> Results:
    assert wanted.output is not None
    return Results.read(program.kept_figures(wanted.output / report.FOLDER / report.RESULTS))


sys.exit(main())
