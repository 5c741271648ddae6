"""The pictures: for each group of cases horizontal bars, median with a whisker from the lowest to the highest round."""

from pathlib import Path

from matplotlib import pyplot
from matplotlib.axes import Axes

from harness.picture import FAINT, GRID, STYLE, TEXT, WIDTH_INCHES, save

from . import metrics, tables
from .cases import CASES, Case, LoadCase
from .contenders import DIRECT, GATEWAY, HAPROXY, NGINX, TUNED
from .metrics import Metric
from .results import Results
from .spread import Spread

COLOURS = {DIRECT: "#b8bcc2", GATEWAY: "#d9480f", HAPROXY: "#4c78a8", TUNED: "#8fb3d9", NGINX: "#6aa37a"}

SPOKEN = {HAPROXY: "HAProxy", TUNED: "HAProxy tuned", NGINX: "nginx"}

BAR_INCHES = 0.23
# Of a panel, above its bars and below.
PANEL_INCHES = 0.66
# Room for the label at the longest whisker's end.
LABEL_ROOM = 1.45


def draw_group(results: Results, group: str, file: Path) -> bool:
    """False if nothing in the group was measured."""
    cases = [case for case in CASES if case.group == group and case.name in results.samples]
    if not cases:
        return False
    with pyplot.rc_context(STYLE):
        heights = [len(results.contenders(case.name)) * BAR_INCHES + PANEL_INCHES for case in cases]
        columns = max(len(_shown(case)) for case in cases)
        figure, panels = pyplot.subplots(
            len(cases), columns, figsize=(WIDTH_INCHES, sum(heights)), squeeze=False, height_ratios=heights, layout="constrained")
        for row, case in zip(panels, cases):
            for number, axes in enumerate(row):
                if number < len(_shown(case)):
                    _draw_panel(axes, results, case, _shown(case)[number], is_first=number == 0)
                else:
                    axes.set_visible(False)
        save(figure, file)
    return True


def draw_ratios(results: Results, file: Path) -> bool:
    """The gateway's speed as a multiple of HAProxy's and of nginx's, for every load. Twice as fast and half as fast have the same distance from the middle."""
    cases = [case for case in CASES if isinstance(case, LoadCase) and not case.only_direct and case.name in results.samples]
    if not cases:
        return False
    with pyplot.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(WIDTH_INCHES, len(cases) * 0.52 + 1.1), layout="constrained")
        axes.set_xscale("log", base=2)
        shown = [found for number, case in enumerate(cases) for found in _draw_ratio(axes, results, case, number)]
        figure.suptitle("calls/s or GiB/s of the gateway, as a multiple of the other's in the same round", x=0.01, ha="left", fontsize=10, weight="bold")
        _bare(axes)
        axes.set_yticks(range(len(cases)), [f"{case.load.protocol}, {case.title}" for case in cases])
        axes.set_ylim(len(cases) - 0.45, -0.55)
        lowest, highest = min(0.5, *(found.lowest for found in shown)), max(2.0, *(found.highest for found in shown))
        # The label is to the right of the longest whisker.
        axes.set_xlim(lowest / 1.1, highest * (highest / lowest) ** 0.25)
        _mark_multiples(axes, lowest, highest)
        save(figure, file)
    return True


def _draw_ratio(axes: Axes, results: Results, case: LoadCase, row: int) -> list[Spread]:
    shown = []
    for offset, other in ((-0.19, tables.best_haproxy(case)), (0.19, NGINX)):
        found = Spread.of(tables.ratio_values(results, case, tables.speed(case), other))
        if found is None:
            continue
        _bar(axes, row + offset, 0.34, found, COLOURS[other], start=1)
        _say(axes, max(found.highest, 1), row + offset, f"{found.median:.2f}× {SPOKEN[other]}")
        shown.append(found)
    return shown


def _mark_multiples(axes: Axes, lowest: float, highest: float) -> None:
    multiples = [multiple for multiple in (0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32) if lowest / 1.1 <= multiple <= highest]
    axes.xaxis.set_visible(True)
    axes.xaxis.tick_top()
    axes.minorticks_off()
    axes.set_xticks(multiples, ["as fast" if multiple == 1 else f"{multiple:g}×" for multiple in multiples], color=FAINT)
    axes.tick_params(axis="x", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axvline(1, color=FAINT, linewidth=0.8)


def _shown(case: Case) -> list[Metric]:
    """The metrics with a picture; the tables have the rest."""
    columns = tables.columns_of(case)
    if columns is metrics.OF_CALLS:
        return [metrics.CALLS_PER_SECOND, metrics.P99, metrics.CPU_PER_CALL]
    if columns is metrics.OF_MIX:
        return [metrics.P99, metrics.CALLS_PER_SECOND, metrics.STREAMS_GIB_PER_SECOND]
    if columns is metrics.OF_IDLE:
        return [metrics.IDLE_MEMORY, metrics.MEMORY_PER_CONNECTION]
    if columns is metrics.OF_GENERATOR:
        return [metrics.CALLS_PER_SECOND, metrics.P99]
    return columns


def _draw_panel(axes: Axes, results: Results, case: Case, metric: Metric, is_first: bool) -> None:
    names = results.contenders(case.name)
    highest = 0.0
    for number, name in enumerate(names):
        found = Spread.of(results.values(case.name, name, metric.key))
        if found is None:
            _say(axes, 0, number, tables.NOTHING)
            continue
        _bar(axes, number, 0.72, found, COLOURS[name])
        _say(axes, found.highest, number, _label(metric, found.median), weight="bold" if name == GATEWAY else "normal")
        highest = max(highest, found.highest)
    axes.set_yticks(range(len(names)), names if is_first else [""] * len(names))
    for label, name in zip(axes.get_yticklabels(), names):
        label.set_weight("bold" if name == GATEWAY else "normal")
    # The line break leaves a line for the name of the case, which spans all panels of its row.
    axes.set_title("\n" + metric.title, loc="left", fontsize=8.5, color=FAINT, pad=2)
    if is_first:
        axes.annotate(
            case.title, (0, 1), xycoords="axes fraction", xytext=(0, 15), textcoords="offset points", fontsize=9.5, weight="bold", annotation_clip=False,
        ).set_in_layout(False)
    _bare(axes)
    # Rows are aligned across panels, even if one has no value.
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_xlim(0, highest * LABEL_ROOM or 1)


def _label(metric: Metric, value: float) -> str:
    return f"{value / 1_000_000:.2f} million" if value >= 1_000_000 else metric.text(value)


def _say(axes: Axes, at: float, row: float, text: str, weight: str = "normal") -> None:
    """Right of a bar; on white, because a grid line may cross it."""
    axes.annotate(
        text, (at, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5, weight=weight,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})


def _bar(axes: Axes, at: float, height: float, found: Spread, colour: str, start: float = 0) -> None:
    axes.barh(at, found.median - start, height, left=start, color=colour)
    if found.highest > found.lowest:
        axes.plot([found.lowest, found.highest], [at, at], color=TEXT, linewidth=1, solid_capstyle="butt")


def _bare(axes: Axes) -> None:
    """Bars are labelled, so they need no axis."""
    axes.xaxis.set_visible(False)
    axes.tick_params(axis="y", length=0, colors=TEXT)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(FAINT)
