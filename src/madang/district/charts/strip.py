"""The outside view: what happened elsewhere as a strip of dots, the band of the middle, and one's own value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from madang.district.charts.marks import mark, rect, rule
from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, extent, finite, ticks_for, widened
from madang.district.charts.svg import Box, Drawing, Format, Label, clip, text_width

_RADIUS = 5.0
_HEAD = 26.0


@dataclass(frozen=True, slots=True)
class Reference:
    """One district's value."""

    id: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Strip:
    """low, high: the band (P20 and P80), None with too few references; band: its words, with n; own: marked apart.

    zero: the scale starts at 0.
    """

    title: str
    desc: str
    references: tuple[Reference, ...]
    own: Reference | None
    low: float | None
    high: float | None
    band: str
    number: Format
    zero: bool = False


@dataclass(frozen=True, slots=True)
class _Dot:
    """A value's place; y: above or below the middle line where equal values stand on each other."""

    item: Reference
    x: float
    y: float
    own: bool


@dataclass(frozen=True, slots=True)
class _Flag:
    """Words on a pole. side: -1 above the line, 1 below; level: how far out, 0 nearest."""

    dot: _Dot
    told: str
    left: float
    right: float
    side: int
    level: int

    def meets(self, other: "_Flag") -> bool:
        """Whether words would stand on words, or the outer one's pole run through the inner one's words."""
        if self.side != other.side:
            return False
        if self.level == other.level:
            return self.left - 8.0 < other.right and other.left - 8.0 < self.right
        inner, outer = (self, other) if self.level < other.level else (other, self)
        return inner.left - 3.0 < outer.dot.x < inner.right + 3.0 and outer.dot.x != inner.dot.x


def draw_strip(data: Strip, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    items = [r for r in data.references if finite((r.value,))]
    own = data.own if data.own and finite((data.own.value,)) else None
    if not items and not own:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    band = finite((data.low, data.high))
    values = (*(r.value for r in items), *((own.value,) if own else ()), *band)
    scale = Linear(*widened(*extent(values, zero=data.zero), 5), 12.0, width - 12.0)
    dots = _dots(items, own, scale)
    flags = _flags(dots, data.number, palette.size, width)
    pile = max((abs(dot.y) for dot in dots), default=0.0)
    line = palette.size * 1.5
    above, below = (
        pile + 18.0 + line * max((f.level + 1 for f in flags if f.side == side), default=0) for side in (-1, 1)
    )
    middle, bottom = _HEAD + above, _HEAD + above + below
    drawing = Drawing(palette, width, bottom + 26.0)
    _draw_band(drawing, data, scale, band, bottom)
    for value, words in ticks_for(scale, data.number, palette.size - 1.0):
        x = scale(value)
        drawing.add(rule(x, _HEAD, x, bottom, palette.line))
        label = Label(x, bottom + 16.0, (words,), palette.size - 1.0, "middle", palette.muted)
        drawing.say(label, replace(label, x=0.0, anchor="start"), replace(label, x=width, anchor="end"))
    drawing.add(rule(scale.start, middle, scale.end, middle, palette.line_strong))
    for flag in flags:
        _draw_flag(drawing, flag, middle, middle + flag.side * (pile + 16.0 + flag.level * line))
    for dot in sorted(dots, key=lambda d: d.own):
        _draw_dot(drawing, dot, middle, data.number)
    return drawing.svg(data.title, data.desc)


def _dots(items: Sequence[Reference], own: Reference | None, scale: Linear) -> tuple[_Dot, ...]:
    """Values that would cover each other stand on each other, own in the middle line."""
    placed: list[_Dot] = [_Dot(own, scale(own.value), 0.0, True)] if own else []
    for item in sorted(items, key=lambda r: (r.value, r.id)):
        x = scale(item.value)
        for step in range(len(items) + 2):
            y = (step + 1) // 2 * (_RADIUS * 2 + 1) * (-1 if step % 2 else 1)
            if all((x - d.x) ** 2 + (y - d.y) ** 2 >= (_RADIUS * 2) ** 2 for d in placed):
                break
        placed.append(_Dot(item, x, max(-80.0, min(80.0, y)), False))
    return tuple(placed)


def _draw_band(drawing: Drawing, data: Strip, scale: Linear, band: tuple[float, ...], bottom: float) -> None:
    if len(band) < 2:
        return
    palette, size = drawing.palette, drawing.palette.size
    left, right = scale(min(band)), scale(max(band))
    drawing.add(rect(Box(left, _HEAD, right, bottom), palette.series[1], opacity=0.12))
    for x in (left, right):
        drawing.add(rule(x, _HEAD, x, bottom, palette.series[1], width=1.0, dash="3 3"))
    told = clip(data.band, size, drawing.frame.right)
    half = text_width(told, size) / 2
    x = min(max((left + right) / 2, half), drawing.frame.right - half)
    drawing.say(Label(x, 16.0, (told,), size, "middle", palette.series[1]))


def _draw_dot(drawing: Drawing, dot: _Dot, middle: float, number: Format) -> None:
    palette = drawing.palette
    hint = f"{dot.item.label}: {number(dot.item.value)}"
    if dot.own:
        sign = mark(
            "diamond",
            dot.x,
            middle + dot.y,
            7.0,
            fill=palette.accent,
            stroke=palette.ground,
            stroke_width=1.5,
            hint=hint,
            data_id=dot.item.id,
        )
    else:
        sign = mark(
            "circle",
            dot.x,
            middle + dot.y,
            _RADIUS,
            fill=palette.ground,
            stroke=palette.series[1],
            stroke_width=2.0,
            hint=hint,
            data_id=dot.item.id,
        )
    drawing.add(sign)


def _flags(dots: Sequence[_Dot], number: Format, size: float, width: float) -> tuple[_Flag, ...]:
    """Words flying from poles, own first, then from right to left: so a pole seldom meets words already there.

    A dot with no free place for its words goes without; its <title> still says them.
    """
    flags: list[_Flag] = []
    for dot in sorted(dots, key=lambda d: (not d.own, -d.x, d.item.id)):
        told = clip(f"{dot.item.label} {number(dot.item.value)}", size, width * 0.6, bold=dot.own)
        free = (f for f in _options(dot, told, size, width, len(dots)) if not any(map(f.meets, flags)))
        flags.extend(islice(free, 1))
    return tuple(flags)


def _options(dot: _Dot, told: str, size: float, width: float, levels: int) -> Iterator[_Flag]:
    wide = text_width(told, size, bold=dot.own)
    sides = (1, -1) if dot.y > 0 else (-1, 1)
    lefts = [x for x in (dot.x - 4.0, dot.x + 4.0 - wide) if 0.0 <= x <= width - wide]
    lefts = lefts or [max(min(dot.x, width - wide), 0.0)]
    for left in lefts:
        for level in range(levels):
            for side in sides:
                yield _Flag(dot, told, left, left + wide, side, level)


def _draw_flag(drawing: Drawing, flag: _Flag, middle: float, y: float) -> None:
    palette, size, dot = drawing.palette, drawing.palette.size, flag.dot
    base = y + (size * 0.2 if flag.side < 0 else size * 0.6)
    colour = palette.accent if dot.own else palette.ink
    told = drawing.say(Label(flag.left, base, (flag.told,), size, "start", colour, dot.own, halo=True))
    if told:
        near = told.box.bottom if flag.side < 0 else told.box.top
        drawing.add(rule(dot.x, near, dot.x, middle + dot.y, palette.line_strong))
