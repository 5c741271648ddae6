"""How the pictures of docs/ look: colours, text, width."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot

TEXT, FAINT, GRID = "#24292f", "#6e7781", "#d8dee4"

# GitHub shows a page about 900 pixels wide; at 9.4 inches and SVG's 72 points an inch text keeps its size there.
WIDTH_INCHES = 9.4
# Around everything; without it the topmost line touches the edge.
MARGIN_INCHES = 0.09

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": TEXT,
    # Text as outlines: the same on every machine, independent of fonts.
    "svg.fonttype": "path",
    # Names within the file that do not change from one drawing to the next.
    "svg.hashsalt": "frpc-gateway",
}


def save(figure: pyplot.Figure, file: Path) -> None:
    figure.get_layout_engine().set(h_pad=MARGIN_INCHES)
    figure.savefig(file, facecolor="white", metadata={"Date": None} if file.suffix == ".svg" else None)
    pyplot.close(figure)
