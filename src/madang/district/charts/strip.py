"""The outside view: what happened elsewhere as a strip of dots, the band of the middle, and one's own value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    """low, high: the band (P20 and P80), None with too few references; band: its words, with n; own: marked apart."""

    title: str
    desc: str
    references: tuple[Reference, ...]
    own: Reference | None
    low: float | None
    high: float | None
    band: str
    number: Format


@dataclass(frozen=True, slots=True)
class _Dot:
    """A value's place; y: above or below the middle line where equal values stand on each other."""

    item: Reference
    x: float
    y: float
    own: bool


def draw_strip(data: Strip, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    items = [r for r in data.references if finite((r.value,))]
    own = data.own if data.own and finite((data.own.value,)) else None
    if not items and not own:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    band = finite((data.low, data.high))
    domain = extent((*(r.value for r in items), *((own.value,) if own else ()), *band), zero=True)
    scale = Linear(*widened(*domain, 5), 12.0, width - 12.0)
    dots = _dots(items, own, scale)
    pile = max((abs(dot.y) for dot in dots), default=0.0)
    levels = _levels(len(dots), width)
    reach = pile + 14.0 + levels * palette.size * 1.5
    middle = _HEAD + reach
    drawing = Drawing(palette, width, middle + reach + 26.0)
    bottom = middle + reach
    _draw_band(drawing, data, scale, band, bottom)
    for value, words in ticks_for(scale, data.number, palette.size - 1.0):
        x = scale(value)
        drawing.add(rule(x, _HEAD, x, bottom, palette.line))
        label = Label(x, bottom + 16.0, (words,), palette.size - 1.0, "middle", palette.muted)
        drawing.say(label, replace(label, x=0.0, anchor="start"), replace(label, x=width, anchor="end"))
    drawing.add(rule(scale.start, middle, scale.end, middle, palette.line_strong))
    drawing.keep_free(*(Box(d.x - 6.0, middle + d.y - 6.0, d.x + 6.0, middle + d.y + 6.0) for d in dots))
    for dot in sorted(dots, key=lambda d: (not d.own, d.x)):
        _draw_words(drawing, dot, middle, pile, levels, data.number)
    for dot in sorted(dots, key=lambda d: d.own):
        _draw_dot(drawing, dot, middle, data.number)
    return drawing.svg(data.title, data.desc)


def _levels(count: int, width: float) -> int:
    """How many lines of words above and below: labels are about 110 wide."""
    return min(8, max(2, -(-count * 150 // max(int(width), 1)) // 2 + 2))


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


def _draw_words(drawing: Drawing, dot: _Dot, middle: float, pile: float, levels: int, number: Format) -> None:
    """Above or below on the nearest free line, tied to its dot by a thin line that crosses no other words."""
    palette, size = drawing.palette, drawing.palette.size - (0.0 if dot.own else 1.0)
    told = clip(f"{dot.item.label} {number(dot.item.value)}", size, drawing.frame.right * 0.6, bold=dot.own)
    half = text_width(told, size, bold=dot.own) / 2
    sides = (-1.0, 1.0) if dot.y <= 0 else (1.0, -1.0)
    for level in range(levels):
        for side in sides:
            far = middle + side * (pile + 16.0 + level * palette.size * 1.5)
            for shift in (0.0, half - 6.0, 6.0 - half):
                x = min(max(dot.x + shift, half), drawing.frame.right - half)
                base = far + (size * 0.2 if side < 0 else size * 0.6)
                label = Label(x, base, (told,), size, "middle", palette.accent if dot.own else palette.ink, dot.own)
                near = label.box.bottom if side < 0 else label.box.top
                stem = middle + dot.y + side * 7.0
                tie = Box(dot.x - 0.5, min(near, stem), dot.x + 0.5, max(near, stem))
                if drawing.is_free(label.box) and drawing.is_free(tie):
                    drawing.add(rule(dot.x, near, dot.x, middle + dot.y, palette.line_strong))
                    drawing.say(label)
                    drawing.keep_free(tie)
                    return
