"""Areas to scale: land uses as rectangles whose areas are true, for a plan that has no published parcels."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class LandUse:
    """One use. kind: the parcel's use word (industrial, green ...), which gives the colour; area in hectares."""

    id: str
    label: str
    kind: str
    area_ha: float


@dataclass(frozen=True, slots=True)
class LandUses:
    """number: writes hectares; share: writes a share, 1.0 = all."""

    title: str
    desc: str
    uses: tuple[LandUse, ...]
    number: Format
    share: Format


def draw_landuses(data: LandUses, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [f"{u.label}: {data.number(u.area_ha)}" for u in data.uses]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
