"""Lines over years with the band in which eight of ten runs lie, and targets."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class BandPoint:
    """year may have a fraction; value None is a gap; low and high: P10 and P90, or None without a band."""

    year: float
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One series, points by year."""

    id: str
    label: str
    points: tuple[BandPoint, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A level to reach."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Bands:
    """zero: the scale holds 0 (leave it unless small differences matter); now: year of a line `today`, or None."""

    title: str
    desc: str
    lines: tuple[Line, ...]
    number: Format
    targets: tuple[Target, ...] = ()
    now: float | None = None
    zero: bool = True


def draw_bands(data: Bands, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [
        f"{line.label}: " + " ".join(data.number(p.value) for p in line.points if p.value is not None)
        for line in data.lines
    ]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
