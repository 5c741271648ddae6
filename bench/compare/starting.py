"""The time of a contender from exec until it accepts connections."""

import time
from pathlib import Path

from harness.processes import Children

from . import contenders, metrics
from .contenders import Running
from .metrics import Sample


def measure_start(name: str, children: Children, program: Path, servers: Running) -> Sample:
    began_at = time.monotonic()
    started = contenders.start(name, children, program, servers)
    elapsed = time.monotonic() - began_at
    assert started.process is not None
    children.stop(started.process)
    return {metrics.START.key: elapsed * 1000}
