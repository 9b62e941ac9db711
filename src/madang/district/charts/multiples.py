"""Small multiples of horizontal range bars: one panel per measure, one bar per district."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity from low to high (equal: a point). points: single statements. reason: why it does not compare."""

    id: str
    label: str
    low: float | None
    high: float | None
    points: tuple[float, ...] = ()
    reason: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure with its own words for numbers."""

    title: str
    ranges: tuple[Range, ...]
    number: Format


@dataclass(frozen=True, slots=True)
class Multiples:
    """shared: all panels have one scale (they must then have one unit)."""

    title: str
    desc: str
    panels: tuple[Panel, ...]
    shared: bool = False


def draw_multiples(data: Multiples, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [
        f"{p.title} {r.label}: " + "–".join(p.number(v) for v in (r.low, r.high) if v is not None)
        for p in data.panels
        for r in p.ranges
    ]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
