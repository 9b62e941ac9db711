"""Slope chart: what was planned at the left, what came at the right, one line per district."""

from collections.abc import Sequence
from dataclasses import dataclass

from madang.district.charts.legend import Notes, draw_notes
from madang.district.charts.marks import mark, rule
from madang.district.charts.palette import Palette, Shape
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, extent, finite
from madang.district.charts.svg import Anchor, Drawing, Format, Label, clip, spread, text_width


@dataclass(frozen=True, slots=True)
class Slope:
    """One district. reason: why it does not compare with the others; then it is grey, dashed, with a note."""

    id: str
    label: str
    plan: float | None
    actual: float | None
    reason: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Slopes:
    """plan, actual: headings of the two sides; number: writes a value."""

    title: str
    desc: str
    plan: str
    actual: str
    items: tuple[Slope, ...]
    number: Format


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    dash: str
    shape: Shape
    width: float


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a line with its words: name and value."""

    item: Slope
    value: float
    name: str
    told: str


_TOP = 34.0


def draw_slopes(data: Slopes, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    items = tuple(i for i in data.items if finite((i.plan, i.actual)))
    if not items:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    notes = Notes.of([i.reason for i in items])
    foot = notes.lines(palette.size - 1.0, width)
    leads = _ends(data, items, notes, left=True), _ends(data, items, notes, left=False)
    step = palette.size * (1.5 if _is_wide(width) else 2.7)
    body = max(220.0, width * 0.36, step * max(len(ends) for ends in leads))
    drawing = Drawing(palette, width, _TOP + body + 16.0 + len(foot) * palette.size * 1.4)
    room = _column(leads, palette, width)
    scale = Linear(
        *extent(finite(v for i in items for v in (i.plan, i.actual)), zero=True), _TOP + body - 8.0, _TOP + 8.0
    )
    _draw_axes(drawing, data, room, body)
    for item in sorted(items, key=lambda i: (i.own, not i.reason)):
        _draw_item(drawing, item, scale, room, _look(item, palette))
    for ends, is_left in zip(leads, (True, False), strict=True):
        _draw_ends(drawing, ends, scale, room, body, left=is_left)
    draw_notes(drawing, foot, 0.0, _TOP + body + 10.0, palette.size - 1.0)
    return drawing.svg(data.title, data.desc)


def _ends(data: Slopes, items: Sequence[Slope], notes: Notes, *, left: bool) -> tuple[_End, ...]:
    return tuple(
        _End(item, value, item.label + notes.sign(item.reason), data.number(value))
        for item in items
        for value in finite((item.plan if left else item.actual,))
    )


def _column(leads: Sequence[Sequence[_End]], palette: Palette, width: float) -> float:
    words = [
        text
        for ends in leads
        for end in ends
        for text in ((f"{end.name} {end.told} ",) if _is_wide(width) else (end.name, end.told))
    ]
    widest = max(text_width(word, palette.size, bold=True) for word in words)
    return min(widest + 30.0, width * (0.36 if _is_wide(width) else 0.41))


def _look(item: Slope, palette: Palette) -> _Look:
    if item.reason:
        return _Look(palette.muted, "4 3", "diamond", 1.5)
    if item.own:
        return _Look(palette.accent, "", "circle", 3.0)
    return _Look(palette.series[1], "", "square", 2.0)


def _draw_axes(drawing: Drawing, data: Slopes, room: float, body: float) -> None:
    palette, right = drawing.palette, drawing.frame.right
    for x, words, anchor in ((room, data.plan, "end"), (right - room, data.actual, "start")):
        drawing.add(rule(x, _TOP, x, _TOP + body, palette.line_strong))
        side: Anchor = "end" if anchor == "end" else "start"
        drawing.line(words, x, 16.0, room, anchor=side, bold=True, fill=palette.muted)


def _draw_item(drawing: Drawing, item: Slope, scale: Linear, room: float, look: _Look) -> None:
    left, right = room, drawing.frame.right - room
    hint = item.label
    places = [(x, scale(v)) for x, v in ((left, item.plan), (right, item.actual)) if v is not None and finite((v,))]
    if len(places) == 2:
        drawing.add(rule(*places[0], *places[1], look.colour, width=look.width, dash=look.dash))
    for x, y in places:
        hollow = len(places) == 1 or bool(item.reason)
        fill = drawing.palette.ground if hollow else look.colour
        drawing.add(
            mark(look.shape, x, y, 4.5, fill=fill, stroke=look.colour, stroke_width=1.8, hint=hint, data_id=item.id)
        )


def _draw_ends(drawing: Drawing, ends: Sequence[_End], scale: Linear, room: float, body: float, *, left: bool) -> None:
    palette, size = drawing.palette, drawing.palette.size
    wanted = [scale(end.value) for end in ends]
    step = size * (1.5 if _is_wide(drawing.frame.right) else 2.7)
    low, high = _TOP + size * 1.2, _TOP + body - size * 0.9
    x, side = (room, -1.0) if left else (drawing.frame.right - room, 1.0)
    for end, y, place in zip(ends, wanted, spread(wanted, step, low, high), strict=True):
        colour = _look(end.item, palette).colour
        if abs(place - y) > 1.0:
            drawing.add(rule(x + side * 8.0, y, x + side * 16.0, place, palette.line_strong))
        _write(drawing, end, x + side * 20.0, place, side, room - 20.0, colour)


def _write(drawing: Drawing, end: _End, x: float, y: float, side: float, room: float, colour: str) -> None:
    """The value next to the line and the name beyond it; on a narrow picture the name above the value."""
    size, own, hint = drawing.palette.size, end.item.own, end.item.reason
    anchor: Anchor = "end" if side < 0 else "start"
    if not _is_wide(drawing.frame.right):
        lines = tuple(clip(text, size, room, bold=own) for text in (end.name, end.told))
        drawing.say(Label(x, y - size * 0.35, lines, size, anchor, colour, own, hint=hint))
        return
    base = y + size * 0.35
    value = drawing.line(end.told, x, base, room, anchor=anchor, fill=colour, bold=True)
    beyond = value.width + 8.0 if value else 0.0
    drawing.line(end.name, x + side * beyond, base, room - beyond, anchor=anchor, fill=colour, bold=own, hint=hint)


def _is_wide(width: float) -> bool:
    return width >= 560.0
