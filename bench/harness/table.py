"""Rows under headings, for a page and for a terminal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    headings: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """The first column to the left, numbers to the right, a spread below its median."""
        lines = ["| " + " | ".join(self.headings) + " |", "|" + "|".join(["---"] + ["--:"] * (len(self.headings) - 1)) + "|"]
        lines += ["| " + " | ".join(cell.replace(" [", "<br>[") for cell in row) + " |" for row in self.rows]
        return "\n".join(lines)

    def terminal(self) -> str:
        widths = [max(len(line[i]) for line in [self.headings, *self.rows]) for i in range(len(self.headings))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in [self.headings, *self.rows])
