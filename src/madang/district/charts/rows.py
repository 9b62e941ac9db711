"""A picture of lines of text: what a chart falls back to when there is nothing to draw."""

from collections.abc import Iterable

from madang.district.charts.palette import Palette
from madang.district.charts.svg import Drawing
from madang.district.charts.words import word


def draw_rows(title: str, desc: str, rows: Iterable[str], palette: Palette, width: float, lang: str) -> str:
    """One line per row, or the words for no data."""
    told = tuple(rows) or (word("no data", lang),)
    drawing = Drawing(palette, width, 24.0 + 20.0 * len(told))
    for index, row in enumerate(told):
        drawing.line(row, 8.0, 26.0 + 20.0 * index, width - 16.0, fill=palette.muted)
    return drawing.svg(title, desc)
