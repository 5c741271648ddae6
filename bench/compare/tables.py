"""Figures in rows, for the page and for a terminal."""

from collections.abc import Callable

from harness.table import Table

from . import metrics
from .cases import CASES, Case, IdleCase, LoadCase, StartCase
from .contenders import GATEWAY, HAPROXY, NGINX, TUNED
from .metrics import Metric
from .results import Results
from .spread import Spread, ratios
from .targets import Judged

NOTHING = "–"


def columns_of(case: Case) -> list[Metric]:
    match case:
        case IdleCase():
            return metrics.OF_IDLE
        case StartCase():
            return metrics.OF_START
        case LoadCase(only_direct=True):
            return metrics.OF_GENERATOR
        case LoadCase(background=None):
            return metrics.OF_BYTES if case.counts_bytes else metrics.OF_CALLS
        case _:
            return metrics.OF_MIX


def of_group(results: Results, group: str) -> list[Table]:
    """One per kind of case, because kinds have different columns."""
    tables: dict[tuple[str, ...], Table] = {}
    for case in CASES:
        if case.group != group or case.name not in results.samples:
            continue
        columns = columns_of(case)
        table = tables.setdefault(tuple(m.key for m in columns), Table(["load", "through", *(m.title for m in columns)], []))
        for number, contender in enumerate(results.contenders(case.name)):
            cells = [written(metric, results.values(case.name, contender, metric.key)) for metric in columns]
            table.rows.append([case.title if number == 0 else "", contender, *cells])
    return list(tables.values())


def written(metric: Metric, values: list[float]) -> str:
    found = Spread.of(values)
    return NOTHING if found is None else metric.text(found.median) + _ends(found, metric.text)


def of_targets(judged: list[Judged]) -> Table:
    rows = []
    for row in judged:
        target = row.target
        limit = NOTHING if row.limit is None else f"{target.sign} {_number(row.limit)}{target.unit}"
        found = NOTHING if row.found is None else f"{_number(row.found.median)}{target.unit}{_ends(row.found, _number)}"
        rows.append([target.what, target.figure, limit, found, row.verdict])
    return Table(["what", "figure", "target", "measured", ""], rows)


def of_ratios(results: Results) -> Table:
    """The gateway's figures divided by HAProxy's and nginx's, round by round."""
    rows = []
    for case in CASES:
        if not isinstance(case, LoadCase) or case.only_direct or case.name not in results.samples:
            continue
        row = [f"{case.load.protocol}, {case.title}"]
        for other in (best_haproxy(case), NGINX):
            row += [ratio_text(results, case, metric, other) for metric in compared(case)]
        rows.append(row)
    figures = ("calls/s or GiB/s", "p99", "CPU")
    return Table(["load", *(f"{figure}, against {other}" for other in ("HAProxy", "nginx") for figure in figures)], rows)


def best_haproxy(case: LoadCase) -> str:
    return TUNED if case.uses_pipes else HAPROXY


def speed(case: LoadCase) -> Metric:
    return metrics.GIB_PER_SECOND if case.counts_bytes else metrics.CALLS_PER_SECOND


def compared(case: LoadCase) -> list[Metric | None]:
    """Speed, p99 and CPU time. Calls that take seconds have no meaningful p99, and CPU time shared with streams cannot be attributed."""
    if case.counts_bytes:
        return [speed(case), None, metrics.CPU_PER_GIB]
    return [speed(case), metrics.P99, None if case.background else metrics.CPU_PER_CALL]


def ratio_values(results: Results, case: LoadCase, metric: Metric, other: str) -> list[float]:
    return ratios(results.values(case.name, GATEWAY, metric.key), results.values(case.name, other, metric.key))


def ratio_text(results: Results, case: LoadCase, metric: Metric | None, other: str) -> str:
    found = Spread.of(ratio_values(results, case, metric, other)) if metric else None
    return f"{found.median:.2f}×{_ends(found, lambda ratio: f'{ratio:.2f}')}" if found else NOTHING


def _ends(found: Spread, text: Callable[[float], str]) -> str:
    """A single round has no spread to show."""
    return "" if found.lowest == found.highest else f" [{text(found.lowest)} {text(found.highest)}]"


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{2 if abs(value) < 10 else 1}f}".rstrip("0").rstrip(".")
