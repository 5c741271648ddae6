"""The processes of a measurement and their temporary folder, which end with it."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

READY_SECONDS_MAX = 10.0

# Below the range from which the kernel takes the ports of outgoing connections.
PORTS = range(20_000, 32_000)


class Failure(Exception):
    """An error for the user."""


class Children:
    """Starts processes, each in its own process group, and ends the remaining ones on exit."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="frpc-bench."))
        self._running: list[subprocess.Popen[bytes]] = []
        self._started = 0

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, *_: object) -> None:
        # A second Ctrl-C would leave processes running.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for child in self._running:
            child.terminate()
        for child in list(self._running):
            self.stop(child)
        signal.signal(signal.SIGINT, handler)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_file(self, name: str) -> Path:
        self._started += 1
        return self.folder / f"{name}.{self._started}.log"

    def start(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        """Starts a process with both outputs in a file."""
        with log.open("wb") as output:
            return self._keep(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder, start_new_session=True))

    def start_piped(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Starts a process with outputs to be read here."""
        return self._keep(
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder, start_new_session=True))

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """SIGTERM first, because a killed nginx master would leave its worker running; then the rest of the group is killed."""
        self._running.remove(child)
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(2)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()

    def _keep(self, child: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        self._running.append(child)
        return child


def free_port() -> int:
    for _ in range(200):
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failure(f"no free port was found on 127.0.0.1 between {PORTS.start} and {PORTS.stop}")


def wait_until_it_accepts(child: subprocess.Popen[bytes], ports: list[int], name: str, log: Path) -> None:
    """Returns at the first connection that each port accepts. Polls twice a millisecond, because this measures the time to start."""
    give_up_at = time.monotonic() + READY_SECONDS_MAX
    for port in ports:
        while not _accepts(port):
            if child.poll() is not None or time.monotonic() > give_up_at:
                raise Failure(f"{name} does not listen on 127.0.0.1:{port}. It said:\n{log.read_text(errors='replace')}")
            time.sleep(0.0005)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
