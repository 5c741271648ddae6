"""The page with all results, and the same for a terminal."""

from pathlib import Path

from harness.table import Table

from .figures import Figure, number
from .results import Play, Results
from .scenarios import CALLS_AT_A_TIME, CAPACITY, QUEUE_MS, SERVICE_MS, Scenario, scenario_of

PAGE = "resilience.md"
FOLDER = "resilience"
RESULTS = "results.json"


def write(results: Results, folder: Path) -> None:
    # It needs matplotlib, which is slow to load and not needed for --help.
    from . import charts

    pictures = folder / FOLDER
    pictures.mkdir(parents=True, exist_ok=True)
    results.write(pictures / RESULTS)
    parts = [_beginning(results), *([_QUICK] if results.is_quick else []), _targets(results)]
    for scenario in played(results):
        charts.draw(results.of(scenario.name), pictures / f"{scenario.name}.svg")
        parts.append(_section(results, scenario))
    parts.append(_LIMITS)
    (folder / PAGE).write_text("\n\n".join(parts) + "\n")


def terminal(results: Results) -> str:
    parts = [f"{scenario.name}: {scenario.title}\n{_table(results.of(scenario.name)).terminal()}" for scenario in played(results)]
    return "\n" + "\n\n".join([*parts, _said(results)]) + "\n"


def played(results: Results) -> list[Scenario]:
    return [scenario_of(name) for name in dict.fromkeys(play.scenario for play in results.plays)]


def _table(plays: list[Play]) -> Table:
    rows = []
    for play in plays:
        for row, judged in enumerate(play.judged()):
            figure = judged.figure
            verdict = judged.verdict + (f": no option {figure.needs}" if figure.needs in play.unsupported and judged.verdict else "")
            beginning = [_through(play), play.protocol, _outcomes(play)] if row == 0 else ["", "", ""]
            rows.append([*beginning, figure.what, _limit(figure), number(figure.value, figure.unit), verdict])
    return Table(["through", "format", "calls", "figure", "target", "measured", ""], rows)


def _through(play: Play) -> str:
    return f"{play.contender}, {play.workers} worker{'s' if play.workers > 1 else ''}"


def _outcomes(play: Play) -> str:
    refusals = f" ({', '.join(f'{count} × {status}' for status, count in play.refusals.items())})" if play.refusals else ""
    return ", ".join(f"{count:,} {outcome}{refusals if outcome == 'refused' else ''}" for outcome, count in play.calls.items() if count)


def _limit(figure: Figure) -> str:
    return "" if figure.limit is None else f"{figure.sign} {number(figure.limit, figure.unit)}"


def _said(results: Results) -> str:
    count = len(list(results.targets()))
    missed = results.missed()
    if count == 0:
        return "No target was measured: they are those of the gateway."
    return f"All {count} targets are reached." if missed == 0 else f"Missed: {missed} of {count} targets."


def _beginning(results: Results) -> str:
    machine = results.machine
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    command = "bench/chaos.sh --quick" if results.is_quick else "bench/chaos.sh"
    return f"""# Resilience

What callers get while servers are sick, other callers are hostile, or there are more calls than the servers can serve. `{command}` plays the scenarios and generates this page; `bench/chaos.sh --list` prints the scenarios,
`bench/chaos.sh --help` the options. `bench/chaos.sh --redraw` generates the page again from [results.json](resilience/results.json), which contains every figure.

| | |
|---|---|
| machine | {machine["cores"]} cores ({machine["processor"]}), {machine["memory_gib"]:.0f} GiB of memory, {machine["system"]}, {machine["kernel"]} |
| versions | {versions} |
| other load | {results.other_work_share:.0%} of the cores' time during the scenarios |

There are three servers, and callers that begin each call at its time, whatever became of those before: an smf caller on one of 16 connections, a frame caller on a connection that is free, else on a new one. Each call
carries a tag, which a right reply carries back. A call is

- *right*: answered with success and its tag;
- *refused*: answered with another status than 200, or with an Error;
- *wrong*: answered with success and something else, or with a reply that belongs to another call;
- *lost*: the connection ended before the reply;
- *unanswered*: given up by the caller after 2 s.

All but the first have failed. HAProxy is in tcp mode, with a `tcp-check` that makes a call to each server every second; two that fail take the server out, and end its connections. The targets are the gateway's; figures of
HAProxy are for comparison. Options of the gateway are the defaults, with a `timeout` of 1 s for the calls, unless a scenario names others.

Where servers have a capacity, each serves {CALLS_AT_A_TIME} calls at a time in {SERVICE_MS} ms, so three serve {CAPACITY:g} calls/s; the p99 under overload may be twice that without it, and {QUEUE_MS} ms for the queue. Elsewhere there are
{"1,000" if results.is_quick else "2,000"} calls/s, half of them when all servers are down or callers are hostile."""


_QUICK = "**This is a run with `--quick`: it plays short versions, of seconds in place of the times in the headings. `bench/chaos.sh` without it plays them whole.**"


def _targets(results: Results) -> str:
    rows = []
    for scenario in played(results):
        for play, judged in results.targets():
            if play.scenario == scenario.name:
                figure = judged.figure
                rows.append([scenario.title, f"{play.protocol}, {_through(play)}", figure.what, _limit(figure), number(figure.value, figure.unit), judged.verdict])
    return f"## Targets\n\n{_said(results)}\n\n{Table(['scenario', 'with', 'figure', 'target', 'measured', ''], rows).markdown()}"


def _section(results: Results, scenario: Scenario) -> str:
    options = "".join(f" With `{path}`: `{value}`." for path, value in scenario.options.items())
    return f"""## {scenario.name}

{scenario.title[0].upper()}{scenario.title[1:]}.{options}

![calls right, refused, wrong and lost, and p99, for each 100 ms]({FOLDER}/{scenario.name}.svg)

{_table(results.of(scenario.name)).markdown()}"""


_LIMITS = """## Limits of these figures

- Everything runs on one machine over loopback, and callers, gateway and servers share its cores. Other work on the machine delays calls; a p99 of a few milliseconds is that of the machine.
- Servers and callers are programs in Python (`bench/chaos/`), fast enough for these rates and not for more.
- HAProxy forwards connections and does not know calls. It can only do what ends or keeps a whole connection."""
