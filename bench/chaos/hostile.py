"""Callers that hurt: python3 -m chaos.hostile KIND PROTOCOL PORT BEGIN_AT SECONDS CONNECTIONS, the time in seconds of the monotonic clock."""

import socket
import sys
import time
from collections.abc import Callable

from . import wire

SLOW_READERS, DRIPPING, HALF_SENT = "slow-readers", "dripping-uploads", "half-sent"

UPLOAD_BYTES = 1024 * 1024
HALF_BYTES = 60 * 1024
DRIP_BYTES, DRIP_SECONDS = 64, 1.0
READ_BYTES = 1024
LARGE_CALLS = 50


def main() -> None:
    kind, protocol, *numbers = sys.argv[1:]
    port, begin_at, seconds, connections = int(numbers[0]), float(numbers[1]), float(numbers[2]), int(numbers[3])
    time.sleep(max(0.0, begin_at - time.monotonic()))
    sockets = [_connected(port) for _ in range(connections)]
    for caller in sockets:
        _try(lambda: caller.send(_beginning(kind, protocol)))
    end_at = time.monotonic() + seconds
    while time.monotonic() < end_at:
        time.sleep(DRIP_SECONDS)
        for caller in sockets:
            if kind == SLOW_READERS:
                _try(lambda: caller.recv(READ_BYTES))
            elif kind == DRIPPING:
                _try(lambda: caller.send(bytes(DRIP_BYTES)))


def _connected(port: int) -> socket.socket:
    caller = socket.socket()
    # Small, so that what is not read waits in the gateway.
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    caller.connect(("127.0.0.1", port))
    caller.setblocking(False)
    return caller


def _beginning(kind: str, protocol: str) -> bytes:
    is_smf = protocol == wire.SMF
    if kind == SLOW_READERS:
        return b"".join(wire.request(protocol, wire.LARGE, session, 0) for session in range(LARGE_CALLS if is_smf else 1))
    if kind == DRIPPING:
        return wire.smf_half(UPLOAD_BYTES, 64) if is_smf else wire.frame_upload(UPLOAD_BYTES, 64)
    return (wire.smf_half if is_smf else wire.frame_half)(64 * 1024, HALF_BYTES)


def _try(act: Callable[[], object]) -> None:
    """The gateway may have ended the connection, or take nothing at the moment."""
    try:
        act()
    except OSError:
        pass


if __name__ == "__main__":
    main()
