"""The conditions of a comparison."""

from pathlib import Path

from harness import machine

from .measure import Timing
from .results import Setting


def describe(program: Path, rounds: int, timing: Timing) -> Setting:
    return Setting(
        **machine.facts(),
        versions={"frpc-gateway": machine.gateway_version(program), "HAProxy": machine.haproxy_version(), "nginx": machine.nginx_version()},
        rounds=rounds,
        seconds=timing.seconds,
        warm_up_seconds=timing.warm_up_seconds,
    )
