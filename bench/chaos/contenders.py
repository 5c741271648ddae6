"""What callers connect to: the servers themselves, the gateway, or HAProxy."""

import json
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.processes import Children, Failure, free_port, wait_until_it_accepts

from . import wire

DIRECT, GATEWAY, HAPROXY = "direct", "gateway", "haproxy"

# Two descriptors for each connection: this many fit into 20,000 open files.
HAPROXY_CONNECTIONS_MAX = 4_000

ROUTE_TIMEOUT = "1s"

# What a server is asked for by HAProxy's check.
CHECK_SECONDS, CHECK_FALL, CHECK_RISE = 1, 2, 1


@dataclass
class SickServer:
    """A process of chaos.server, told over its control socket."""

    children: Children
    protocol: str
    port: int
    control: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.control.unlink(missing_ok=True)
        log = self.children.log_file(self.control.stem)
        self.process = self.children.start([sys.executable, "-m", "chaos.server", self.protocol, str(self.port), str(self.control)], log)
        wait_until_it_accepts(self.process, [self.port], "a server", log)

    def behave(self, how: str, **numbers: float) -> int:
        """Returns the number of connections that the server had."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(5)
            control.connect(str(self.control))
            control.sendall(json.dumps({"behave": how, **numbers}).encode() + b"\n")
            if not (answer := control.recv(16)):
                raise Failure(f'a server did not take "{how}"')
            return int(answer)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Contender:
    name: str
    port: int
    process: subprocess.Popen[bytes] | None = None
    # Options of the configuration that this binary does not know.
    unsupported: list[str] = field(default_factory=list)


def start(name: str, children: Children, program: Path, protocol: str, workers: int, servers: list[SickServer], wanted: dict[str, Any]) -> Contender:
    if name == DIRECT:
        return Contender(DIRECT, servers[0].port)
    port = free_port()
    log = children.log_file(name)
    if name == GATEWAY:
        file = children.folder / "gateway.json"
        unsupported = _configure(program, file, _gateway_configuration(port, protocol, workers, servers), wanted)
        command = [str(program), "--config", str(file)]
    else:
        file, unsupported = children.folder / "haproxy.cfg", []
        file.write_text(_haproxy_configuration(port, protocol, workers, servers))
        command = ["haproxy", "-db", "-f", str(file)]
    process = children.start(command, log)
    wait_until_it_accepts(process, [port], name, log)
    return Contender(name, port, process, unsupported)


def _configure(program: Path, file: Path, configuration: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Writes the configuration with those of the wanted options that the binary knows, and returns the others."""
    unsupported: list[str] = []
    while True:
        file.write_text(json.dumps(_with(configuration, {path: value for path, value in wanted.items() if path not in unsupported})))
        checked = subprocess.run([str(program), "check", "--config", str(file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if checked.returncode == 0:
            return unsupported
        found = [path for path in wanted if path not in unsupported and re.search(rf": {re.escape(path)}: unknown name", checked.stdout)]
        if not found:
            raise Failure(f"{program} does not take the configuration of this scenario:\n{checked.stdout}")
        unsupported += found


def _with(configuration: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    copy = json.loads(json.dumps(configuration))
    for path, value in options.items():
        *above, name = path.split(".")
        place = copy
        for member in above:
            place = place[int(member)] if isinstance(place, list) else place.setdefault(member, {})
        place[name] = value
    return copy


def _gateway_configuration(port: int, protocol: str, workers: int, servers: list[SickServer]) -> dict[str, Any]:
    def route(method: int, endpoint: str) -> dict[str, Any]:
        if protocol == wire.SMF:
            return {"id": method}
        bodies = {wire.LARGE: {"replyBody": "octets"}, wire.UPLOAD: {"requestBody": "octets"}}
        return {"endpoint": endpoint, **bodies.get(method, {})}

    return {
        "workers": workers,
        "listeners": [{"name": "callers", "address": f"127.0.0.1:{port}", "protocol": protocol}],
        "backends": {"servers": {"protocol": protocol, "servers": [f"127.0.0.1:{server.port}" for server in servers]}},
        "routes": [
            {"name": endpoint.lower(), "backend": "servers", "timeout": ROUTE_TIMEOUT if method == wire.FAST else "30s", **route(method, endpoint)}
            for method, endpoint in wire.ENDPOINTS.items()
        ],
    }


def _haproxy_configuration(port: int, protocol: str, workers: int, servers: list[SickServer]) -> str:
    call = wire.request(protocol, wire.FAST, 1, 0)
    answer = wire.smf_reply(wire.Message(1, wire.FAST, 0)) if protocol == wire.SMF else wire.frame_reply(wire.Message(0, wire.FAST, 0))
    # Without min-recv a wrong answer is waited behind until the check's time is up, which takes a sick server out two seconds later.
    fault = wire.smf_reply(wire.Message(1, wire.FAST, 0), 500) if protocol == wire.SMF else wire.frame_reply(wire.Message(0, wire.FAST, 0), is_fault=True)
    lines = "".join(f"  server s{number} 127.0.0.1:{server.port}\n" for number, server in enumerate(servers))
    return f"""global
  nbthread {workers}
  maxconn {HAPROXY_CONNECTIONS_MAX}
defaults
  mode tcp
  maxconn {HAPROXY_CONNECTIONS_MAX}
  timeout connect 1s
  timeout check 1s
  timeout client 5m
  timeout server 5m
  option redispatch 1
listen callers
  bind 127.0.0.1:{port}
  balance leastconn
  option tcp-check
  tcp-check connect
  tcp-check send-binary {call.hex()}
  tcp-check expect min-recv {min(len(answer), len(fault))} binary {answer.hex()}
  default-server check inter {CHECK_SECONDS}s fall {CHECK_FALL} rise {CHECK_RISE} on-marked-down shutdown-sessions
{lines}"""
