"""Plays, prints, and writes the page."""

import sys

from harness import program
from harness.progress import duration
from harness.table import Table

from . import options, playing, report
from .options import Options
from .results import Results
from .scenarios import SCENARIOS


def main() -> int:
    wanted = options.read(sys.argv[1:])
    if wanted.lists:
        print(Table(["scenario", "what happens", "formats", "through"], [
            [one.name, one.title, ", ".join(one.formats), ", ".join(one.contenders)] for one in SCENARIOS]).terminal())
        return program.FINE
    return program.run("bench/chaos.sh", "require_chaos", lambda: _chaos(wanted))


def _chaos(wanted: Options) -> int:
    results = _kept(wanted) if wanted.redraw else _played(wanted)
    if wanted.json is not None:
        results.write(wanted.json)
    if wanted.output is not None:
        report.write(results, wanted.output)
    print(report.terminal(results))
    if wanted.output is not None:
        print(f"written: {wanted.output / report.PAGE} and the pictures in {wanted.output / report.FOLDER}")
    return program.FAILED if results.missed() else program.FINE


def _played(wanted: Options) -> Results:
    gateway = program.gateway(wanted.gateway)
    program.raise_open_files()
    print(f"{len(playing.turns(wanted))} plays: about {duration(playing.expected_seconds(wanted))}", flush=True)
    return playing.play(wanted, gateway)


def _kept(wanted: Options) -> Results:
    assert wanted.output is not None
    return Results.read(program.kept_figures(wanted.output / report.FOLDER / report.RESULTS))


sys.exit(main())
