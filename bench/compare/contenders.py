"""The contenders: no proxy, the gateway, HAProxy and nginx, each with one worker."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.processes import Children, Failure, free_port, wait_until_it_accepts
from harness.usage import family

DIRECT, GATEWAY, HAPROXY, TUNED, NGINX = "direct", "gateway", "haproxy", "haproxy tuned", "nginx stream"

PROXIES = [GATEWAY, HAPROXY, NGINX]

# Two descriptors for each connection, and with splicing those of pipes: this many fit into 20,000 open files.
HAPROXY_CONNECTIONS_MAX = 4_000

# nginx counts connections on both sides; its default of 512 would not carry a thousand callers.
NGINX_CONNECTIONS_MAX = 16_000

GATEWAY_CONNECTIONS_MAX = 12_000

STREAM_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


@dataclass
class Running:
    """Something that listens for both formats."""

    name: str
    ports: dict[str, int]
    process: subprocess.Popen[bytes] | None = None

    def address(self, protocol: str) -> str:
        return f"127.0.0.1:{self.ports[protocol]}"

    def family(self) -> list[int]:
        return family(self.process.pid) if self.process else []


def start_servers(children: Children, program: Path) -> Running:
    """The servers behind every contender: one process per format, because load of both formats is not mixed in a server."""
    ports = {}
    for protocol in ("smf", "frame"):
        log = children.log_file(f"demo-{protocol}")
        ports[protocol] = free_port()
        demo = children.start([str(program), "demo", "--protocol", protocol, "--address", f"127.0.0.1:{ports[protocol]}"], log)
        wait_until_it_accepts(demo, [ports[protocol]], f"the demo server for {protocol}", log)
    return Running(DIRECT, ports)


def start(name: str, children: Children, program: Path, servers: Running) -> Running:
    if name == DIRECT:
        return servers
    ports = {"smf": free_port(), "frame": free_port()}
    log = children.log_file(name.replace(" ", "-"))
    command = _command(name, children.folder, program, ports, servers.ports)
    try:
        process = children.start(command, log)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed; bench/run.sh installs it on Debian when run as root") from None
    wait_until_it_accepts(process, list(ports.values()), name, log)
    return Running(name, ports, process)


def _command(name: str, folder: Path, program: Path, ports: dict[str, int], servers: dict[str, int]) -> list[str]:
    if name == GATEWAY:
        file = _write(folder / "gateway.json", _gateway_configuration(ports, servers))
        return [str(program), "--config", str(file)]
    if name == NGINX:
        file = _write(folder / "nginx.conf", _nginx_configuration(ports, servers))
        return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(file)]
    file = _write(folder / "haproxy.cfg", _haproxy_configuration(ports, servers, is_tuned=name == TUNED))
    return ["haproxy", "-db", "-f", str(file)]


def _write(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def _gateway_configuration(ports: dict[str, int], servers: dict[str, int]) -> str:
    return json.dumps({
        "workers": 1,
        "listeners": [{"name": p, "address": f"127.0.0.1:{ports[p]}", "protocol": p} for p in ports],
        "backends": {p: {"protocol": p, "servers": [f"127.0.0.1:{servers[p]}"], **({"drainsOctets": True} if p == "frame" else {})} for p in ports},
        "routes": [
            {"name": "get", "id": "0x6ad4023d", "backend": "smf"},
            {"name": "echo", "endpoint": "Echo", "backend": "frame"},
            {"name": "stream", "endpoint": "Stream", "backend": "frame", "replyBody": "octets"},
            {"name": "upload", "endpoint": "Upload", "backend": "frame", "requestBody": "octets"},
        ],
        "limits": {"connectionsMax": GATEWAY_CONNECTIONS_MAX},
    })


def _haproxy_configuration(ports: dict[str, int], servers: dict[str, int], is_tuned: bool) -> str:
    listeners = "".join(f"""
listen {p}
  bind 127.0.0.1:{ports[p]}
  server demo 127.0.0.1:{servers[p]}
""" for p in ports)
    return f"""global
  nbthread 1
  maxconn {HAPROXY_CONNECTIONS_MAX}
{"  tune.pipesize 1048576" if is_tuned else ""}
defaults
  mode tcp
  maxconn {HAPROXY_CONNECTIONS_MAX}
  option splice-auto
  option splice-request
  option splice-response
  timeout connect 5s
  timeout client 5m
  timeout server 5m
{listeners}"""


def _nginx_configuration(ports: dict[str, int], servers: dict[str, int]) -> str:
    listeners = "".join(f"  server {{ listen 127.0.0.1:{ports[p]}; proxy_pass 127.0.0.1:{servers[p]}; }}\n" for p in ports)
    return f"""load_module {STREAM_MODULE};
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events {{ worker_connections {NGINX_CONNECTIONS_MAX}; }}
stream {{
{listeners}}}
"""
