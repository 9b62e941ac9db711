"""Sensitivity: how far each assumption moves the result."""

from dataclasses import dataclass
from functools import partial

from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import hatched, rect, ring_of, rule
from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, extent, finite, ticks_for
from madang.district.charts.svg import Anchor, Box, Drawing, Format, Label, text_width, wrap
from madang.district.charts.words import word

_NARROW = 560.0


@dataclass(frozen=True, slots=True)
class Swing:
    """The results with one assumption at its low and high value; low_input, high_input: these values in words."""

    id: str
    label: str
    low_input: str
    high_input: str
    low_result: float
    high_result: float


@dataclass(frozen=True, slots=True)
class Tornado:
    """base: the result with every assumption at its middle; the widest swing is drawn first."""

    title: str
    desc: str
    base: float
    swings: tuple[Swing, ...]
    number: Format


@dataclass(frozen=True, slots=True)
class _Side:
    """One half of a bar: where it ends and what stands there."""

    result: float
    told: str
    is_high: bool


def draw_tornado(data: Tornado, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    swings = sorted(
        (s for s in data.swings if len(finite((s.low_result, s.high_result, data.base))) == 3),
        key=lambda s: (-abs(s.high_result / 2 - s.low_result / 2), s.label, s.id),
    )
    if not swings:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    narrow = width < _NARROW
    row = 46.0 if narrow else 32.0
    widest = max(text_width(s.label, palette.size) for s in swings)
    left = 0.0 if narrow else min(widest + 12.0, width * 0.3)
    ends = [text for s in swings for side in _sides(s, data.number) for text in (side.told,)]
    margin = min(max(text_width(text, palette.size - 1.0) for text in ends) + 8.0, (width - left) * 0.3)
    results = [v for s in swings for v in (s.low_result, s.high_result)]
    scale = Linear(*extent((*results, data.base), zero=False), left + margin, width - margin)
    keys = _keys(palette, lang)
    head = legend_height(keys, width, palette.size) + 34.0
    drawing = Drawing(palette, width, head + row * len(swings) + 26.0)
    draw_legend(drawing, keys, 0.0, 0.0, width)
    _draw_axis(drawing, data, scale, head - 4.0, head + row * len(swings), lang)
    for index, swing in enumerate(swings):
        top = head + index * row
        _draw_swing(drawing, swing, data, scale, top, row, 0.0 if narrow else left, narrow=narrow)
    return drawing.svg(data.title, data.desc)


def _sides(swing: Swing, number: Format) -> tuple[_Side, _Side]:
    return (
        _Side(swing.low_result, _told(swing.low_input, number(swing.low_result)), False),
        _Side(swing.high_result, _told(swing.high_input, number(swing.high_result)), True),
    )


def _told(given: str, result: str) -> str:
    return f"{given} → {result}" if given else result


def _draw_axis(drawing: Drawing, data: Tornado, scale: Linear, top: float, bottom: float, lang: str) -> None:
    palette, size = drawing.palette, drawing.palette.size
    for value, words in ticks_for(scale, data.number, size - 1.0):
        x = scale(value)
        drawing.add(rule(x, top, x, bottom, palette.line))
        drawing.line(words, x, bottom + 16.0, 160.0, size=size - 1.0, anchor="middle", fill=palette.muted)
    x = scale(data.base)
    words = f"{word('base', lang)} {data.number(data.base)}"
    half = text_width(words, size, bold=True) / 2 + 1.0
    inside = min(max(x, half), drawing.frame.right - half)
    drawing.line(words, inside, top - 8.0, drawing.frame.right, anchor="middle", bold=True)


def _draw_swing(
    drawing: Drawing,
    swing: Swing,
    data: Tornado,
    scale: Linear,
    top: float,
    row: float,
    left: float,
    *,
    narrow: bool,
) -> None:
    palette, size = drawing.palette, drawing.palette.size
    y = top + (row - 15.0 if narrow else row / 2)
    if narrow:
        drawing.line(swing.label, 0.0, top + size * 1.2, drawing.frame.right)
    else:
        lines = wrap(swing.label, size, left - 8.0, lines=2)
        drawing.say(Label(0.0, y + size * 0.35 - (len(lines) - 1) * size * 0.65, lines, size))
    base = scale(data.base)
    sides = _sides(swing, data.number)
    for side in sides:
        _draw_half(drawing, side, scale(side.result), base, y, swing)
    drawing.add(rule(base, y - 11.0, base, y + 11.0, palette.ink, width=1.6))
    leftmost = min(sides, key=lambda side: (side.result, side.is_high))
    for side in sides:
        _draw_end(drawing, side, scale(side.result), base, y, before=side is leftmost)


def _draw_half(drawing: Drawing, side: _Side, x: float, base: float, y: float, swing: Swing) -> None:
    palette = drawing.palette
    box = Box(min(x, base), y - 8.0, max(x, base), y + 8.0)
    drawing.add(_bar(palette, box, is_high=side.is_high, hint=f"{swing.label}: {side.told}", data_id=swing.id))


def _bar(palette: Palette, box: Box, *, is_high: bool, hint: str = "", data_id: str | None = None) -> str:
    if is_high:
        return rect(box, palette.accent, opacity=0.85, hint=hint, data_id=data_id)
    colour = palette.series[1]
    ground = rect(box, colour, opacity=0.25, hint=hint, data_id=data_id)
    return ground + hatched((ring_of(box),), "rising", colour, gap=5.0)


def _keys(palette: Palette, lang: str) -> tuple[Key, ...]:
    def swatch(x: float, y: float, *, is_high: bool) -> str:
        return _bar(palette, Box(x - 7.0, y - 6.0, x + 7.0, y + 6.0), is_high=is_high)

    return tuple(
        Key(word(key, lang), partial(swatch, is_high=is_high)) for key, is_high in (("low", False), ("high", True))
    )


def _draw_end(drawing: Drawing, side: _Side, x: float, base: float, y: float, *, before: bool) -> None:
    """The words stand outside the bar; when both results lie on one side of the base, beyond the base too."""
    size = drawing.palette.size - 1.0
    at = min(x, base) - 5.0 if before else max(x, base) + 5.0
    room = at if before else drawing.frame.right - at
    anchor: Anchor = "end" if before else "start"
    drawing.line(side.told, at, y + size * 0.35, room, size=size, anchor=anchor, fill=drawing.palette.ink)
