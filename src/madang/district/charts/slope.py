"""Slope chart: what was planned at the left, what came at the right, one line per district."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class Slope:
    """One district. reason: why it does not compare with the others; then it is grey, dashed, with a note."""

    id: str
    label: str
    plan: float | None
    actual: float | None
    reason: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Slopes:
    """plan, actual: headings of the two sides; number: writes a value."""

    title: str
    desc: str
    plan: str
    actual: str
    items: tuple[Slope, ...]
    number: Format


def draw_slopes(data: Slopes, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [" ".join((i.label, *(data.number(v) for v in (i.plan, i.actual) if v is not None))) for i in data.items]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
