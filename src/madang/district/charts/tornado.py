"""Sensitivity: how far each assumption moves the result."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class Swing:
    """The results with one assumption at its low and high value; low_input, high_input: these values in words."""

    id: str
    label: str
    low_input: str
    high_input: str
    low_result: float
    high_result: float


@dataclass(frozen=True, slots=True)
class Tornado:
    """base: the result with every assumption at its middle; the widest swing is drawn first."""

    title: str
    desc: str
    base: float
    swings: tuple[Swing, ...]
    number: Format


def draw_tornado(data: Tornado, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [f"{s.label}: {data.number(s.low_result)} – {data.number(s.high_result)}" for s in data.swings]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
