"""The pictures: for each play calls by outcome over time, and below it their p99."""

from pathlib import Path

from harness.picture import FAINT, GRID, STYLE, TEXT, WIDTH_INCHES, save
from matplotlib import pyplot
from matplotlib.axes import Axes

from .records import BIN_SECONDS
from .results import Play

# Right is what there should be; the others stand out.
COLOURS = {"right": "#6aa37a", "refused": "#f2a33a", "wrong": "#8e3b9e", "lost": "#d9480f"}

ROW_INCHES = 1.5
HEADING_INCHES = 0.5
LEGEND_INCHES = 0.25


def draw(plays: list[Play], file: Path) -> None:
    """One row for each format and contender, with the fewest workers: more would look the same."""
    fewest = min(play.workers for play in plays)
    shown = [play for play in plays if play.workers == fewest]
    with pyplot.rc_context(STYLE):
        figure, rows = pyplot.subplots(
            len(shown), 2, figsize=(WIDTH_INCHES, len(shown) * ROW_INCHES + HEADING_INCHES), squeeze=False, sharex=True, width_ratios=(2, 1), layout="constrained")
        for (calls, p99), play in zip(rows, shown):
            times = [number * BIN_SECONDS for number in range(len(play.bins["right"]))]
            _draw_calls(calls, play, times)
            _draw_p99(p99, play, times)
            for axes in (calls, p99):
                _finish(axes, play)
        for axes in rows[-1]:
            axes.set_xlabel("seconds", color=FAINT)
        figure.legend(*rows[0][0].get_legend_handles_labels(), loc="upper right", ncols=len(COLOURS), frameon=False)
        # The legend is above the panels.
        figure.get_layout_engine().set(rect=(0, 0, 1, 1 - LEGEND_INCHES / figure.get_figheight()))
        save(figure, file)


def _draw_calls(axes: Axes, play: Play, times: list[float]) -> None:
    a_second = [[count / BIN_SECONDS for count in play.bins[outcome]] for outcome in COLOURS]
    axes.stackplot(times, a_second, labels=list(COLOURS), colors=list(COLOURS.values()), step="post", linewidth=0)
    axes.set_title(f"{play.contender}, {play.protocol}: calls/s", loc="left", fontsize=9, weight="bold")
    axes.set_ylim(0)


def _draw_p99(axes: Axes, play: Play, times: list[float]) -> None:
    axes.step(times, [float("nan") if value is None else value for value in play.bins["p99_milliseconds"]], where="post", color=TEXT, linewidth=0.9)
    axes.set_yscale("log")
    axes.set_title("p99 of right calls, ms", loc="left", fontsize=8.5, color=FAINT)


def _finish(axes: Axes, play: Play) -> None:
    for second, text in play.marks:
        axes.axvline(second, color=FAINT, linewidth=0.8, linestyle=":")
        if axes.get_yscale() == "linear":
            axes.annotate(text, (second, 1), xycoords=("data", "axes fraction"), xytext=(3, -3), textcoords="offset points", va="top", fontsize=7.5,
                          bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8})
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=TEXT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
