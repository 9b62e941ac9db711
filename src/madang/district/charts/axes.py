"""Axes that several charts share."""

from collections.abc import Sequence

from madang.district.charts.marks import rule
from madang.district.charts.scale import Linear, said, ticks
from madang.district.charts.svg import Drawing, Format, text_width


def value_ticks(low: float, high: float, height: float, number: Format) -> tuple[tuple[float, str], ...]:
    """Ticks of an upright scale of that height, about one per 44 units, with their words."""
    return said(ticks(low, high, max(2, min(6, int(height / 44.0)))), number)


def draw_levels(drawing: Drawing, told: Sequence[tuple[float, str]], scale: Linear, left: float, right: float) -> None:
    """Level lines with their words before them; the line of zero is stronger."""
    palette, size = drawing.palette, drawing.palette.size - 1.0
    for value, words in told:
        y = scale(value)
        drawing.add(rule(left, y, right, y, palette.line_strong if value == 0 else palette.line))
        drawing.line(words, left - 8.0, y + size * 0.35, left, size=size, anchor="end", fill=palette.muted)


def levels_room(told: Sequence[tuple[float, str]], size: float, width: float) -> float:
    """The margin that the words of level lines need, at most a third of the width."""
    return min(max((text_width(words, size - 1.0) for _, words in told), default=0.0) + 10.0, width / 3)
