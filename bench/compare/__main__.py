"""Measures, prints, and writes the page."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from . import options, report, rounds, targets
from .measure import Timing
from .options import Options
from .processes import Failure
from .progress import duration
from .results import Results

FINE, FAILED, INTERRUPTED = 0, 1, 130


def main() -> int:
    wanted = options.read(sys.argv[1:])
    # However it ends, except by SIGKILL, it stops the processes that it started.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        _require_programs()
        results = _kept(wanted) if wanted.redraw else _measured(wanted)
        judged = targets.judge(results)
        if wanted.output is not None:
            report.write(results, judged, wanted.output)
        print(report.terminal(results, judged))
        if wanted.output is not None:
            print(f"written: {wanted.output / report.PAGE} and the pictures in {wanted.output / report.FOLDER}")
        return FAILED if wanted.check and any(target.is_missed for target in judged) else FINE
    except Failure as failure:
        print(f"\nbench/run.sh: {failure}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nbench/run.sh: interrupted; everything that was started is stopped, and nothing was written", file=sys.stderr)
        return INTERRUPTED


def _require_programs() -> None:
    """After parsing the command line, so that --help and usage errors work without them."""
    if subprocess.run(["bash", "-c", "source ./prerequisites.sh; require_comparison"], check=False).returncode != 0:
        sys.exit(FAILED)


def _measured(wanted: Options) -> Results:
    program = _program()
    _raise_open_files()
    timing = Timing(wanted.warm_up_seconds, wanted.seconds)
    expected = rounds.expected_seconds(wanted.only, wanted.rounds, timing)
    print(f"{len(wanted.only)} cases, rounds: {wanted.rounds}, {wanted.seconds:g} s each: about {duration(expected)}", flush=True)
    return rounds.run(wanted.only, wanted.rounds, timing, program)


def _kept(wanted: Options) -> Results:
    assert wanted.output is not None
    file = wanted.output / report.FOLDER / report.RESULTS
    if not file.is_file():
        raise Failure(f"{file} is not there: --redraw wants the figures of an earlier run; without it they are measured")
    return Results.read(file)


def _program() -> Path:
    program = Path(os.environ.get("FRPC_GATEWAY_BINARY", "frpc-gateway")).absolute()
    if not os.access(program, os.X_OK):
        raise Failure(f"{program} is not there: ./publish.sh builds it; FRPC_GATEWAY_BINARY names another")
    return program


def _raise_open_files() -> None:
    """For ten thousand sockets of this process; inherited by its children."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


sys.exit(main())
