"""The command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from . import wire
from .contenders import GATEWAY, HAPROXY
from .scenarios import SCENARIOS, Scenario, names, scenario_of

EXAMPLES = """examples:
  bench/chaos.sh                                                   everything; writes docs/resilience.md and its pictures
  bench/chaos.sh --quick                                           short versions of a few scenarios; prints, and writes nothing
  bench/chaos.sh --quick --scenario vanishes --formats smf --workers 1 --contenders gateway --gateway ./before
                                                                   one scenario with another binary, to compare before and after
  bench/chaos.sh --redraw                                          the page and the pictures anew, from the figures that are there
"""


@dataclass(frozen=True)
class Options:
    scenarios: list[Scenario]
    formats: list[str]
    workers: list[int]
    contenders: list[str]
    is_quick: bool
    gateway: Path | None
    # None: no page is written.
    output: Path | None
    json: Path | None
    lists: bool
    redraw: bool


def read(arguments: list[str]) -> Options:
    parser = _parser()
    words = parser.parse_args(arguments)
    measures_a_part = words.quick or words.scenario or words.formats or words.workers or words.contenders
    if words.redraw and (measures_a_part or words.no_docs):
        parser.error("--redraw measures nothing and only writes the page, so neither what to measure nor --no-docs means anything to it")
    chosen = [scenario_of(name) for name in words.scenario] if words.scenario else [one for one in SCENARIOS if one.is_in_quick_run or not words.quick]
    return Options(
        scenarios=chosen,
        formats=words.formats or wire.FORMATS,
        workers=words.workers or ([1] if words.quick else [1, 2]),
        contenders=words.contenders or [GATEWAY, HAPROXY],
        is_quick=words.quick,
        gateway=words.gateway,
        # docs/resilience.md is about the whole.
        output=None if words.no_docs else words.output or (None if measures_a_part else Path("docs")),
        json=words.json,
        lists=words.list,
        redraw=words.redraw,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench/chaos.sh",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Plays sick servers, hostile callers and overload against frpc-gateway and HAProxy, and writes docs/resilience.md with\n"
        "tables and pictures. The exit status is 1 when a target is missed.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--quick", action="store_true", help="short versions of a few scenarios, or of those named; one worker; writes no page without --output")
    parser.add_argument("--scenario", nargs="+", choices=names(), metavar="NAME", help="these scenarios; --list has the names")
    parser.add_argument("--formats", nargs="+", choices=wire.FORMATS, metavar="FORMAT", help="smf, frame, or both, which is the default")
    parser.add_argument("--workers", nargs="+", type=count, metavar="N", help="numbers of workers; 1 and 2 by default")
    parser.add_argument("--contenders", nargs="+", choices=[GATEWAY, HAPROXY], metavar="NAME", help="gateway, haproxy, or both, which is the default")
    parser.add_argument("--gateway", type=Path, metavar="PATH", help="another binary")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where resilience.md and resilience/ go; docs by default, if everything is played")
    parser.add_argument("--no-docs", action="store_true", help="write no page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file, too")
    parser.add_argument("--list", action="store_true", help="print the scenarios")
    parser.add_argument("--redraw", action="store_true", help="measure nothing; write page and pictures from DIR/resilience/results.json")
    return parser


def count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 64:
        raise argparse.ArgumentTypeError("from 1 to 64")
    return value
