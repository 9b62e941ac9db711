"""Timeline of baselines: each promise on a row of its own, so the eye sees the dates slip to the right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, Literal

from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import mark, rect, rule
from madang.district.charts.palette import Palette, Shape
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, Span, day_at, year_ticks
from madang.district.charts.svg import Box, Drawing, Label, clip, el, path, text_width
from madang.district.charts.words import word

Kind = Literal["start", "tenants", "completion"]

_SHAPES: Final[dict[Kind, Shape]] = {"start": "square", "tenants": "diamond", "completion": "circle"}
_NARROW: Final = 560.0


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
    """rows: oldest first, as they shall stand; the last row may be what really happened. today: the day of the upright
    line, day: its words ("" for today)."""

    title: str
    desc: str
    rows: tuple[Baseline, ...]
    today: date | None
    day: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things stand. On a narrow picture label and note stand above the row's line, else at its sides."""

    narrow: bool
    time: Linear
    top: float
    row: float
    bottom: float
    label_room: float
    note_room: float

    def x(self, day: date) -> float:
        return self.time(float(day.toordinal()))

    def y(self, index: int) -> float:
        return self.top + (index + (0.68 if self.narrow else 0.5)) * self.row


def draw_baselines(data: Baselines, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    if not data.rows:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    keys = _keys(data, palette, lang)
    head = legend_height(keys, width, palette.size) + 8.0
    plan = _plan(data, palette, width, head)
    drawing = Drawing(palette, width, plan.bottom + 24.0)
    draw_legend(drawing, keys, 0.0, 0.0, width)
    _draw_time(drawing, data, plan, head, lang)
    _draw_slip(drawing, data.rows, plan)
    for index, row in enumerate(data.rows):
        _draw_row(drawing, row, plan, index)
    for index, row in enumerate(data.rows):
        for milestone in sorted(row.milestones, key=lambda m: (m.kind != "completion", m.when.first)):
            _draw_date(drawing, milestone, plan, plan.y(index))
    return drawing.svg(data.title, data.desc)


def _plan(data: Baselines, palette: Palette, width: float, head: float) -> _Plan:
    days = [
        d for r in data.rows for d in (r.announced, *(d for m in r.milestones for d in (m.when.first, m.when.last)))
    ]
    first, last = min(days).toordinal(), max(*days, data.today or days[0]).toordinal()
    air = max((last - first) * 0.02, 30.0)
    narrow = width < _NARROW
    widest = max(text_width(r.label, palette.size, bold=True) for r in data.rows)
    label_room = width - 8.0 if narrow else min(widest, width * 0.34)
    note_room = max(text_width(r.note, palette.size) for r in data.rows) if not narrow else 0.0
    note_room = min(note_room, width * 0.2)
    left = 8.0 if narrow else label_room + 16.0
    dates = max((text_width(m.when.text, palette.size) for r in data.rows for m in r.milestones), default=0.0)
    right = width - note_room - (min(dates, width * 0.2) + 14.0) - (12.0 if note_room else 0.0)
    top, row = head + 20.0, 48.0 if narrow else 38.0
    time = Linear(first - air, last + air, left, max(right, left + 40.0))
    return _Plan(narrow, time, top, row, top + row * len(data.rows) + 4.0, label_room, note_room)


def _colour(kind: Kind, palette: Palette) -> str:
    return {"start": palette.series[1], "tenants": palette.series[3], "completion": palette.accent}[kind]


def _sign(palette: Palette, kind: Kind, x: float, y: float, *, actual: bool, hint: str = "") -> str:
    colour = _colour(kind, palette)
    fill = colour if actual else palette.ground
    return mark(_SHAPES[kind], x, y, 5.0, fill=fill, stroke=colour, stroke_width=2.0, hint=hint)


def _keys(data: Baselines, palette: Palette, lang: str) -> tuple[Key, ...]:
    used = {(m.kind, m.actual) for r in data.rows for m in r.milestones}
    keys = [Key(word("announced", lang), lambda x, y: rule(x, y - 6, x, y + 6, palette.ink, width=2.0))]
    for kind in _SHAPES:
        for actual in (False, True):
            if (kind, actual) in used:
                told = f"{word(kind, lang)} ({word('actual' if actual else 'planned', lang)})"
                keys.append(Key(told, partial(_sign, palette, kind, actual=actual)))
    return tuple(keys)


def _draw_time(drawing: Drawing, data: Baselines, plan: _Plan, head: float, lang: str) -> None:
    palette, size = drawing.palette, drawing.palette.size
    if data.today:
        x = plan.x(data.today)
        drawing.add(rule(x, plan.top - 2.0, x, plan.bottom, palette.ink, width=1.5, dash="2 3"))
        drawing.line(data.day or word("today", lang), x, head + 12.0, 120.0, anchor="middle", bold=True)
    first, last = day_at(plan.time.low + 1), day_at(plan.time.high)
    for day in year_ticks(first, last, plan.time.end - plan.time.start, size):
        x = plan.x(day)
        drawing.add(rule(x, plan.top, x, plan.bottom, palette.line))
        drawing.line(str(day.year), x, plan.bottom + 15.0, 60.0, anchor="middle", fill=palette.muted)


def _draw_slip(drawing: Drawing, rows: Sequence[Baseline], plan: _Plan) -> None:
    """The line down through the promised completions: a plan that holds is a plumb line."""
    ends = [
        (plan.x(_middle(m.when)), plan.y(index))
        for index, row in enumerate(rows)
        for m in row.milestones
        if m.kind == "completion"
    ]
    if len(ends) > 1:
        accent = drawing.palette.accent
        drawing.add(el("path", d=path(ends), fill="none", stroke=accent, stroke_width=1.5, stroke_opacity=0.45))


def _draw_row(drawing: Drawing, row: Baseline, plan: _Plan, index: int) -> None:
    palette, size, y = drawing.palette, drawing.palette.size, plan.y(index)
    start = plan.x(row.announced)
    end = max((plan.x(m.when.last) for m in row.milestones), default=start)
    drawing.add(rule(start, y, end, y, palette.line_strong))
    drawing.add(rule(start, y - 6.0, start, y + 6.0, palette.ink, width=2.0))
    for milestone in sorted(row.milestones, key=lambda m: (m.kind == "completion", m.when.first, m.when.last)):
        _draw_milestone(drawing, milestone, plan, y)
    _draw_words(drawing, row, plan, y, size)
    drawing.keep_free(Box(start - 2.0, y - 6.0, start + 2.0, y + 6.0), *(_around(plan, m, y) for m in row.milestones))


def _draw_words(drawing: Drawing, row: Baseline, plan: _Plan, y: float, size: float) -> None:
    muted = drawing.palette.muted
    if plan.narrow:
        above = y - 16.0
        note = drawing.line(row.note, drawing.frame.right - 2.0, above, plan.label_room * 0.5, anchor="end", fill=muted)
        room = plan.label_room - (note.width + 8.0 if note else 0.0)
        drawing.line(row.label, 0.0, above, room, bold=True, hint=row.hint)
        return
    drawing.line(row.label, 0.0, y + size * 0.35, plan.label_room, bold=True, hint=row.hint)
    drawing.line(row.note, drawing.frame.right - 2.0, y + size * 0.35, plan.note_room, anchor="end", fill=muted)


def _draw_milestone(drawing: Drawing, milestone: Milestone, plan: _Plan, y: float) -> None:
    first, last = plan.x(milestone.when.first), plan.x(milestone.when.last)
    palette = drawing.palette
    drawing.add(rect(Box(first, y - 4.0, last, y + 4.0), _colour(milestone.kind, palette), opacity=0.28, radius=2.0))
    x, hint = plan.x(_middle(milestone.when)), milestone.when.text
    drawing.add(_sign(palette, milestone.kind, x, y, actual=milestone.actual, hint=hint))


def _draw_date(drawing: Drawing, milestone: Milestone, plan: _Plan, y: float) -> None:
    palette = drawing.palette
    size = palette.size - 0.5
    around = _around(plan, milestone, y)
    colour = _colour(milestone.kind, palette)
    text = clip(milestone.when.text, size, 130.0)
    side = Label(around.right + 3.0, y + size * 0.35, (text,), size, "start", colour, milestone.actual, halo=True)
    above = replace(side, x=(around.left + around.right) / 2, y=y - 10.0, anchor="middle")
    sides = (side, replace(side, x=around.left - 3.0, anchor="end"))
    levels = (above, replace(above, y=y + 9.0 + size))
    drawing.say(*((*sides, *levels) if milestone.kind == "completion" or plan.narrow else (*levels, *sides)))


def _around(plan: _Plan, milestone: Milestone, y: float) -> Box:
    middle = plan.x(_middle(milestone.when))
    left, right = plan.x(milestone.when.first), plan.x(milestone.when.last)
    return Box(min(left, middle - 7.0), y - 7.0, max(right, middle + 7.0), y + 7.0)


def _middle(span: Span) -> date:
    return span.first + (span.last - span.first) / 2
