"""How far targets are met, with the four bands of U4SSC: below 33, 66 and 95 % of the target, and above."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class Attainment:
    """share: of the target, 1.0 = met, None = not known; told: value and target in words (`5,000 / 20,000`)."""

    id: str
    label: str
    share: float | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Attainments:
    """share: writes a share."""

    title: str
    desc: str
    rows: tuple[Attainment, ...]
    share: Format


def draw_attainments(data: Attainments, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [f"{r.label}: {data.share(r.share) if r.share is not None else '–'} {r.told}" for r in data.rows]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
