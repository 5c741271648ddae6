"""The command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from .cases import CASES, names

EXAMPLES = """examples:
  bench/run.sh                                                  everything; writes docs/performance.md and its pictures
  bench/run.sh --quick                                          one short round of everything; prints, and writes nothing
  bench/run.sh --only idle,start --output /tmp/comparison       two cases; the page goes somewhere else
  bench/run.sh --quick --only smf-60-64x1 --rounds 9            one case, again and again; prints, and writes nothing
  bench/run.sh --redraw                                         the page and the pictures anew, from the figures that are there

cases:
"""


@dataclass(frozen=True)
class Options:
    rounds: int
    seconds: float
    warm_up_seconds: float
    quick: bool
    only: list[str]
    output: Path | None
    check: bool
    redraw: bool


def read(arguments: list[str]) -> Options:
    parser = _parser()
    words = parser.parse_args(arguments)
    only = words.only.split(",") if words.only else names()
    for name in only:
        if name not in names():
            parser.error(f'--only: there is no case "{name}"; there are {", ".join(names())}')
    if words.redraw and (words.quick or words.only):
        parser.error("--redraw measures nothing, so --quick and --only mean nothing to it")
    if words.only and not words.quick and words.output is None:
        parser.error("--only measures a part, and docs/performance.md is about the whole: say with --output DIR where the page goes, or --quick to print only")
    default_output = None if words.quick else Path("docs")
    return Options(
        rounds=words.rounds or (1 if words.quick else 5),
        seconds=words.seconds or (0.3 if words.quick else 1.0),
        warm_up_seconds=0.1 if words.quick else 0.25,
        quick=words.quick,
        only=only,
        output=words.output or default_output,
        check=words.check,
        redraw=words.redraw,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench/run.sh",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures frpc-gateway beside HAProxy, nginx and no proxy at all, in turns within every round, and writes\n"
        "docs/performance.md with tables and pictures. In all it takes less than ten minutes.",
        epilog=EXAMPLES + "\n".join(f"  {case.name:18} {case.group}: {case.title}" for case in CASES),
    )
    parser.add_argument("--quick", action="store_true", help="one short round; writes nothing without --output")
    parser.add_argument("--only", metavar="CASE[,CASE]", help="these cases; the names stand below")
    parser.add_argument("--rounds", type=count, metavar="N", help="rounds of each case; 5 by default")
    parser.add_argument("--seconds", type=seconds, metavar="S", help="how long one measurement takes, after its warm-up; 1 by default")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where performance.md and performance/ go; docs by default")
    parser.add_argument("--check", action="store_true", help="exit status 1 when a target is missed")
    parser.add_argument("--redraw", action="store_true", help="measure nothing; write page and pictures from DIR/performance/results.json")
    return parser


def count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0.05 <= value <= 3600:
        raise argparse.ArgumentTypeError("from 0.05 to 3600")
    return value
