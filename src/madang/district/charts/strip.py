"""The outside view: what happened elsewhere as a strip of dots, the band of the middle, and one's own value."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class Reference:
    """One district's value."""

    id: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Strip:
    """low, high: the band (P20 and P80), None with too few references; band: its words, with n; own: marked apart."""

    title: str
    desc: str
    references: tuple[Reference, ...]
    own: Reference | None
    low: float | None
    high: float | None
    band: str
    number: Format


def draw_strip(data: Strip, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [f"{r.label}: {data.number(r.value)}" for r in (*((data.own,) if data.own else ()), *data.references)]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
