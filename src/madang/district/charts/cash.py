"""Money in and out by period, with the sum so far."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Format


@dataclass(frozen=True, slots=True)
class CashPeriod:
    """Money of one year or quarter; inflow and outflow as amounts, the sign is drawn."""

    label: str
    inflow: float
    outflow: float


@dataclass(frozen=True, slots=True)
class Cash:
    """periods: in order, without gaps."""

    title: str
    desc: str
    periods: tuple[CashPeriod, ...]
    number: Format


def draw_cash(data: Cash, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [f"{p.label}: +{data.number(p.inflow)} −{data.number(p.outflow)}" for p in data.periods]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
