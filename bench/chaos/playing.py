"""Plays scenarios one after the other, each contender on a stage of its own."""

import itertools
from pathlib import Path

from harness import machine
from harness.other_work import OtherWork
from harness.processes import Children
from harness.progress import Progress

from .options import Options
from .results import Play, Results
from .scenarios import Scenario
from .stage import Stage

# A contender of a scenario, in a format, with so many workers.
Turn = tuple[Scenario, str, str, int]


def turns(wanted: Options) -> list[Turn]:
    return [
        (scenario, contender, protocol, workers)
        for scenario in wanted.scenarios
        for protocol in scenario.formats if protocol in wanted.formats
        for workers in wanted.workers
        for contender in scenario.contenders if contender in wanted.contenders
    ]


def expected_seconds(wanted: Options) -> float:
    return sum(_seconds(scenario, wanted.is_quick) for scenario, *_ in turns(wanted))


def play(wanted: Options, program: Path) -> Results:
    results = Results(machine.facts(), {"frpc-gateway": machine.gateway_version(program), "HAProxy": machine.haproxy_version()}, wanted.is_quick)
    other_work = OtherWork()
    progress = Progress(expected_seconds(wanted), "play")
    for name, group in itertools.groupby(turns(wanted), lambda turn: turn[0].name):
        plays = list(group)
        for number, (scenario, contender, protocol, workers) in enumerate(plays):
            progress.show(name, f"{contender} {protocol} {workers}", number + 1, len(plays))
            results.plays.append(_play(scenario, contender, protocol, workers, wanted.is_quick, program))
            progress.spent(_seconds(scenario, wanted.is_quick))
    progress.clear()
    results.other_work_share = other_work.share()
    return results


def _play(scenario: Scenario, contender: str, protocol: str, workers: int, is_quick: bool, program: Path) -> Play:
    with Children() as children:
        stage = Stage(children, contender, program, protocol, workers, is_quick, scenario.options)
        played = scenario.play(stage)
        return Play(
            scenario.name, contender, protocol, workers, played.figures, played.records.counts(), played.records.statuses(),
            stage.contender.unsupported, stage.marks, played.records.bins().as_json())


def _seconds(scenario: Scenario, is_quick: bool) -> float:
    return scenario.quick_seconds if is_quick else scenario.full_seconds
