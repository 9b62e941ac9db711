"""Small multiples of horizontal range bars: one panel per measure, one bar per district."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from madang.district.charts.legend import Notes, draw_notes
from madang.district.charts.marks import hatched, mark, rect, ring_of, rule
from madang.district.charts.palette import Palette, Shape
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, extent, finite, ticks_for
from madang.district.charts.svg import Box, Drawing, Format, Label, clip, text_width, wrap
from madang.district.charts.words import word

_GAP = 32.0
_ROW = 26.0


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


@dataclass(frozen=True, slots=True)
class _Cell:
    """A panel's place and scale."""

    left: float
    top: float
    width: float
    label_room: float
    scale: Linear


def draw_multiples(data: Multiples, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    if not data.panels:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    columns = min(max(1, int((width + _GAP) / (300.0 + _GAP))), len(data.panels))
    cell = (width - _GAP * (columns - 1)) / columns
    notes = Notes.of([r.reason for p in data.panels for r in p.ranges])
    foot = notes.lines(palette.size - 1.0, width)
    rows = [data.panels[i : i + columns] for i in range(0, len(data.panels), columns)]
    heights = [max(_height(p, cell, palette) for p in row) for row in rows]
    drawing = Drawing(palette, width, sum(heights) + len(foot) * palette.size * 1.4 + 6.0)
    shared = extent(_values(data.panels), zero=True) if data.shared else None
    top = 0.0
    for row, height in zip(rows, heights, strict=True):
        for column, panel in enumerate(row):
            place = _cell(panel, column * (cell + _GAP), top, cell, palette, shared)
            _draw_panel(drawing, panel, place, notes, lang)
        top += height
    draw_notes(drawing, foot, 0.0, top, palette.size - 1.0)
    return drawing.svg(data.title, data.desc)


def _values(panels: Sequence[Panel]) -> tuple[float, ...]:
    return finite(v for p in panels for r in p.ranges for v in (r.low, r.high, *r.points))


def _heading(panel: Panel, room: float, palette: Palette) -> tuple[str, ...]:
    return wrap(panel.title, palette.size + 1.0, room, lines=2, bold=True)


def _height(panel: Panel, room: float, palette: Palette) -> float:
    return len(_heading(panel, room, palette)) * palette.size * 1.4 + 12.0 + _ROW * max(len(panel.ranges), 1) + 38.0


def _cell(
    panel: Panel, left: float, top: float, width: float, palette: Palette, shared: tuple[float, float] | None
) -> _Cell:
    labels = ((f"{r.label} 9)" if r.reason else r.label, r.own) for r in panel.ranges)
    widest = max((text_width(label, palette.size, bold=own) for label, own in labels), default=0.0)
    label_room = min(widest + 16.0, width * 0.42)
    low, high = shared or extent(_values((panel,)), zero=True)
    last = max((r for r in panel.ranges if finite((r.low, r.high))), key=_greatest, default=None)
    told = text_width(_told(panel, finite((last.low, last.high))), palette.size, bold=last.own) + 12.0 if last else 8.0
    scale = Linear(low, high, left + label_room + 8.0, left + width - max(8.0, min(told, width - label_room - 100.0)))
    return _Cell(left, top, width, label_room, scale)


def _greatest(item: Range) -> float:
    return max(finite((item.low, item.high)))


def _draw_panel(drawing: Drawing, panel: Panel, cell: _Cell, notes: Notes, lang: str) -> None:
    palette, size = drawing.palette, drawing.palette.size
    heading = _heading(panel, cell.width, palette)
    drawing.say(Label(cell.left, cell.top + size * 1.2, heading, size + 1.0, bold=True))
    top = cell.top + len(heading) * size * 1.4 + 8.0
    bottom = top + _ROW * max(len(panel.ranges), 1)
    for value, words in ticks_for(cell.scale, panel.number, size - 1.0):
        x = cell.scale(value)
        drawing.add(rule(x, top, x, bottom, palette.line_strong if value == 0 else palette.line))
        middle = Label(x, bottom + size * 1.2, (words,), size - 1.0, "middle", palette.muted)
        edge = cell.left + cell.width
        drawing.say(middle, replace(middle, x=edge, anchor="end"))
    for index, item in enumerate(panel.ranges):
        _draw_range(drawing, item, panel, cell, top + (index + 0.5) * _ROW, notes, lang)


def _draw_range(drawing: Drawing, item: Range, panel: Panel, cell: _Cell, y: float, notes: Notes, lang: str) -> None:
    palette, size = drawing.palette, drawing.palette.size
    base = y + size * 0.35
    colour = palette.muted if item.reason else palette.accent if item.own else palette.series[1]
    sign = notes.sign(item.reason)
    label = clip(item.label, size, cell.label_room - text_width(sign, size), bold=item.own) + sign
    ink = palette.muted if item.reason else palette.ink
    drawing.say(Label(cell.left, base, (label,), size, fill=ink, bold=item.own, hint=item.reason))
    ends = finite((item.low, item.high))
    if not ends:
        told = clip(word("no data", lang), size - 1.0, 140.0)
        drawing.say(Label(cell.scale.start + 6.0, base, (told,), size - 1.0, fill=palette.muted, halo=True))
        return
    low, high = cell.scale(min(ends)), cell.scale(max(ends))
    told = _told(panel, ends)
    box = Box(low, y - 5.0, high, y + 5.0)
    if item.reason:
        drawing.add(rect(box, palette.ground, stroke=colour, stroke_width=1.0, radius=2.0, data_id=item.id, hint=told))
        drawing.add(hatched((ring_of(box),), "rising", colour, gap=4.0))
    else:
        drawing.add(rect(box, colour, opacity=0.38, radius=2.0, data_id=item.id, hint=told))
    points = finite(item.points) or ((min(ends),) if min(ends) == max(ends) else ())
    for point in points:
        fill = palette.ground if item.reason else colour
        shape: Shape = "circle" if item.own else "diamond"
        drawing.add(
            mark(shape, cell.scale(point), y, 4.5, fill=fill, stroke=colour, stroke_width=1.5, hint=panel.number(point))
        )
    places = [low, high, *map(cell.scale, points)]
    _draw_told(drawing, told, min(places) - 9.0, max(places) + 9.0, base, colour, bold=item.own)


def _told(panel: Panel, ends: Sequence[float]) -> str:
    low, high = panel.number(min(ends)), panel.number(max(ends))
    return low if low == high else f"{low} – {high}"


def _draw_told(drawing: Drawing, told: str, left: float, right: float, base: float, colour: str, *, bold: bool) -> None:
    size = drawing.palette.size - 1.0
    after = Label(right, base, (told,), size, fill=colour, bold=bold, halo=True)
    drawing.say(after, replace(after, x=left, anchor="end"))
