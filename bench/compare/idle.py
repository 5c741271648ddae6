"""Idle connections and their memory."""

import select
import socket
import time

from harness.processes import Failure
from harness.usage import resident_mebibytes

from . import metrics
from .cases import IdleCase
from .contenders import GATEWAY, Running
from .metrics import Sample

# Until the last connections are accepted and their memory is touched.
SETTLE_SECONDS = 1.0


def measure_idle(case: IdleCase, target: Running) -> Sample:
    count = case.connections if target.name == GATEWAY else case.others_connections
    time.sleep(SETTLE_SECONDS)
    before = resident_mebibytes(target.family())
    sockets = _connect(target, count)
    try:
        time.sleep(SETTLE_SECONDS)
        _require_open(sockets, target)
        grown = resident_mebibytes(target.family()) - before
    finally:
        for connection in sockets:
            connection.close()
    return {
        metrics.IDLE_MEMORY.key: before,
        metrics.CONNECTIONS.key: count,
        metrics.GROWN_MEMORY.key: grown,
        metrics.MEMORY_PER_CONNECTION.key: grown * 1024 / count,
    }


def _connect(target: Running, count: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", target.ports["smf"]), timeout=10))
    except OSError as problem:
        for connection in sockets:
            connection.close()
        raise Failure(
                f"{target.name}: connection {len(sockets) + 1} of {count} could not be made: {problem}. `ulimit -Hn` shows the limit on open files"
            ) from None
    return sockets


def _require_open(sockets: list[socket.socket], target: Running) -> None:
    """Nothing is sent on idle connections, so a readable one was closed."""
    poll = select.poll()
    for connection in sockets:
        poll.register(connection, select.POLLIN)
    closed = len(poll.poll(0))
    if closed > 0:
        raise Failure(f"{target.name} closed {closed} of {len(sockets)} idle connections")
