"""Phases in time, one bar each: filled where it happened, hollow where it is planned, faint where no end is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import mark, rect, rule
from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, Span, day_at, year_ticks
from madang.district.charts.svg import Box, Drawing, text_width
from madang.district.charts.words import word

_NARROW = 560.0
_HALF = 6.0


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """One phase. start, end: None where nobody has said it, at least one is given. told: its dates in words."""

    id: str
    label: str
    start: Span | None
    end: Span | None
    told: str
    actual: bool


@dataclass(frozen=True, slots=True)
class Phases:
    """rows: as they shall stand. today: the day of the upright line, day: its words ("" for today)."""

    title: str
    desc: str
    rows: tuple[PhaseBar, ...]
    today: date | None
    day: str = ""


def draw_phases(data: Phases, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    rows = tuple(row for row in data.rows if row.start or row.end)
    if not rows:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    narrow, size = width < _NARROW, palette.size
    label_room = 0.0 if narrow else min(max(text_width(row.label, size) for row in rows) + 16.0, width * 0.34)
    step = 44.0 if narrow else 30.0
    keys = _keys(rows, palette, lang)
    top = legend_height(keys, width, size) + 18.0
    bottom = top + step * len(rows)
    days = [day for row in rows for span in (row.start, row.end) if span for day in (span.first, span.last)]
    ends = [day.toordinal() for day in (*days, *((data.today,) if data.today else ()))]
    air = max((max(ends) - min(ends)) * 0.02, 30.0)
    time = Linear(min(ends) - air, max(ends) + air, label_room + 6.0, width - 8.0)
    drawing = Drawing(palette, width, bottom + 24.0)
    draw_legend(drawing, keys, 0.0, 0.0, width)
    _draw_time(drawing, data, time, top, bottom, lang)
    for index, row in enumerate(rows):
        middle = top + step * (index + 0.5) + (10.0 if narrow else 0.0)
        _draw_bar(drawing, row, data, time, middle)
        place = (0.0, middle - 14.0, width) if narrow else (0.0, middle + size * 0.35, label_room - 8.0)
        drawing.line(f"{row.label} {row.told}" if narrow else row.label, *place, hint=row.told)
    return drawing.svg(data.title, data.desc)


def _keys(rows: Sequence[PhaseBar], palette: Palette, lang: str) -> tuple[Key, ...]:
    def swatch(*, actual: bool) -> Key:
        def draw(x: float, y: float) -> str:
            return _bar(Box(x - 8.0, y - 5.0, x + 8.0, y + 5.0), palette, actual=actual)

        return Key(word("actual" if actual else "planned", lang), draw)

    return tuple(swatch(actual=actual) for actual in (True, False) if actual in {row.actual for row in rows})


def _draw_time(drawing: Drawing, data: Phases, time: Linear, top: float, bottom: float, lang: str) -> None:
    palette, size = drawing.palette, drawing.palette.size
    first, last = day_at(time.low + 1), day_at(time.high)
    for day in year_ticks(first, last, time.end - time.start, size):
        x = time(day.toordinal())
        drawing.add(rule(x, top, x, bottom, palette.line))
        drawing.line(str(day.year), x, bottom + 15.0, 60.0, anchor="middle", fill=palette.muted)
    if data.today:
        x = time(data.today.toordinal())
        drawing.add(rule(x, top - 4.0, x, bottom, palette.ink, width=1.5, dash="2 3"))
        drawing.line(data.day or word("today", lang), x, top - 7.0, 100.0, anchor="middle", bold=True)


def _draw_bar(drawing: Drawing, row: PhaseBar, data: Phases, time: Linear, y: float) -> None:
    palette = drawing.palette
    start = time(row.start.first.toordinal()) if row.start else None
    end = time(row.end.last.toordinal()) if row.end else None
    if start is None or end is None:
        now = time(data.today.toordinal()) if data.today else None
        if start is not None and row.actual and now is not None and now > start:
            faint = rect(Box(start, y - _HALF, now, y + _HALF), palette.accent, opacity=0.25, hint=row.told)
            drawing.add(faint, rule(start, y - _HALF, start, y + _HALF, palette.accent, width=3.0))
            return
        x = start if start is not None else end
        colour = palette.accent
        fill = colour if row.actual else palette.ground
        drawing.add(mark("diamond", x or 0.0, y, 5.0, fill=fill, stroke=colour, stroke_width=1.8, hint=row.told))
        return
    drawing.add(
        _bar(Box(start, y - _HALF, max(end, start + 2.0), y + _HALF), palette, actual=row.actual, hint=row.told)
    )


def _bar(box: Box, palette: Palette, *, actual: bool, hint: str = "") -> str:
    colour = palette.accent
    if actual:
        return rect(box, colour, opacity=0.75, radius=2.0, hint=hint)
    return rect(box, palette.ground, stroke=colour, stroke_width=1.5, dash="4 3", radius=2.0, hint=hint)
