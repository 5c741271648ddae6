"""The machine and the programs, without host names."""

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any


def facts() -> dict[str, Any]:
    return {
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _first(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(), otherwise=platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3,
        "system": _first(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text(), otherwise="Linux"),
        # The default: net.ipv4.tcp_congestion_control.
        "congestion_control": Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip(),
    }


def gateway_version(program: Path) -> str:
    return _first(r"frpc-gateway (\S+\+[0-9a-f]{7}|\S+)", _said([str(program), "--version"]))


def haproxy_version() -> str:
    return _first(r"version (\S+)", _said(["haproxy", "-v"]))


def nginx_version() -> str:
    return _first(r"nginx/(\S+)", _said(["nginx", "-v"]))


def _said(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout


def _first(pattern: str, text: str, otherwise: str = "unknown") -> str:
    found = re.search(pattern, text)
    return found.group(1).strip() if found else otherwise
