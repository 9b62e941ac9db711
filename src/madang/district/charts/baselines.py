"""Timeline of baselines: each promise on a row of its own, so the eye sees the dates slip to the right."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Span

Kind = Literal["start", "tenants", "completion"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """A date promised or reached. actual: it happened; else it was only planned, and its mark is hollow."""

    kind: Kind
    when: Span
    actual: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """One plan. label: short, its number and date; note: a word at the end of the row (`+6 years`); hint: on hover."""

    id: str
    label: str
    announced: date
    milestones: tuple[Milestone, ...]
    note: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Baselines:
    """rows: oldest first, as they shall stand; the last row may be what really happened."""

    title: str
    desc: str
    rows: tuple[Baseline, ...]
    today: date | None


def draw_baselines(data: Baselines, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = [f"{r.label}: " + ", ".join(m.when.text for m in r.milestones) for r in data.rows]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
