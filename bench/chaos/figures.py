"""What a scenario measures, and what is to be reached."""

from dataclasses import dataclass

AT_MOST, AT_LEAST = "≤", "≥"
OK, MISSED, UNSUPPORTED, SHOWN = "ok", "missed", "not supported", ""


@dataclass(frozen=True)
class Figure:
    what: str
    # None if it could not be measured, for example p99 of calls of which none was right.
    value: float | None
    unit: str = ""
    sign: str = AT_MOST
    # None for a figure that is shown only.
    limit: float | None = None
    # The option of the gateway without which the target cannot be reached.
    needs: str | None = None


@dataclass(frozen=True)
class Judged:
    figure: Figure
    verdict: str

    @property
    def is_missed(self) -> bool:
        return self.verdict in (MISSED, UNSUPPORTED)


def judge(figure: Figure, is_judged: bool, unsupported: list[str]) -> Judged:
    """Targets are the gateway's; the same figures of others are shown beside them."""
    if figure.limit is None or not is_judged:
        return Judged(figure, SHOWN)
    if figure.needs in unsupported:
        return Judged(figure, UNSUPPORTED)
    if figure.value is None:
        return Judged(figure, MISSED)
    reached = figure.value <= figure.limit if figure.sign == AT_MOST else figure.value >= figure.limit
    return Judged(figure, OK if reached else MISSED)


def number(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}".rstrip("0").rstrip(".")
    return text + unit
