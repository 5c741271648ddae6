"""How a measurement begins and ends as a program: what it needs, what it measures, and its exit status."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .processes import Failure

FINE, FAILED, INTERRUPTED = 0, 1, 130


def run(script: str, requirement: str, measure: Callable[[], int]) -> int:
    """Asks for the programs that a function of prerequisites.sh names, after the command line was parsed: --help and usage errors work without them."""
    # However it ends, except by SIGKILL, it stops the processes that it started.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        if subprocess.run(["bash", "-c", f"source ./prerequisites.sh; {requirement}"], check=False).returncode != 0:
            return FAILED
        return measure()
    except Failure as failure:
        print(f"\n{script}: {failure}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(f"\n{script}: interrupted; everything that was started is stopped, and nothing was written", file=sys.stderr)
        return INTERRUPTED


def gateway(named: Path | None = None) -> Path:
    program = (named or Path(os.environ.get("FRPC_GATEWAY_BINARY", "frpc-gateway"))).absolute()
    if not os.access(program, os.X_OK):
        raise Failure(f"{program} is not there: ./publish.sh builds it; FRPC_GATEWAY_BINARY names another")
    return program


def raise_open_files() -> None:
    """For ten thousand sockets of this process; inherited by its children."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def kept_figures(file: Path) -> Path:
    """What --redraw draws from."""
    if not file.is_file():
        raise Failure(f"{file} is not there: --redraw wants the figures of an earlier run; without it they are measured")
    return file
