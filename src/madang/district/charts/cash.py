"""Money in and out by period, with the sum so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from madang.district.charts.axes import draw_levels, levels_room, value_ticks
from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import hatched, mark, rect, ring_of, rule
from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, extent, finite, widened
from madang.district.charts.svg import Box, Drawing, Format, Label, clip, el, path, text_width
from madang.district.charts.words import word


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
    periods = tuple(p for p in data.periods if len(finite((p.inflow, p.outflow))) == 2)
    if not periods:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    sums = tuple(accumulate(p.inflow - p.outflow for p in periods))
    body = min(max(210.0, width * 0.4), 360.0)
    values = finite((*(p.inflow for p in periods), *(-p.outflow for p in periods), *sums))
    low, high = widened(*extent(values, zero=True), 5)
    told = value_ticks(low, high, body, data.number)
    keys = _keys(palette, lang)
    head = legend_height(keys, width, palette.size) + 14.0
    left = levels_room(told, palette.size, width)
    drawing = Drawing(palette, width, head + body + 26.0)
    ys = Linear(low, high, head + body, head)
    draw_legend(drawing, keys, 0.0, 0.0, width)
    draw_levels(drawing, told, ys, left, width)
    step = (width - left) / len(periods)
    middles = tuple(left + (i + 0.5) * step for i in range(len(periods)))
    for period, x in zip(periods, middles, strict=True):
        _draw_period(drawing, period, x, min(step * 0.62, 44.0), ys, data.number)
    _draw_sums(drawing, sums, middles, ys, data.number)
    _draw_names(drawing, [p.label for p in periods], middles, head + body + 18.0)
    return drawing.svg(data.title, data.desc)


def _bar(box: Box, palette: Palette, *, is_in: bool, hint: str = "") -> str:
    if is_in:
        return rect(box, palette.ok, opacity=0.75, hint=hint)
    colour = palette.series[4]
    frame = rect(box, colour, opacity=0.3, stroke=colour, stroke_width=1.0, hint=hint)
    return frame + hatched((ring_of(box),), "rising", colour, gap=5.0)


def _keys(palette: Palette, lang: str) -> tuple[Key, ...]:
    def line(x: float, y: float) -> str:
        return rule(x - 8, y, x + 8, y, palette.ink, width=2.0) + mark("circle", x, y, 3.4, fill=palette.ink)

    return (
        Key(word("in", lang), lambda x, y: _bar(Box(x - 7, y - 6, x + 7, y + 6), palette, is_in=True)),
        Key(word("out", lang), lambda x, y: _bar(Box(x - 7, y - 6, x + 7, y + 6), palette, is_in=False)),
        Key(word("cumulative", lang), line),
    )


def _draw_period(drawing: Drawing, period: CashPeriod, x: float, width: float, ys: Linear, number: Format) -> None:
    for amount, is_in in ((period.inflow, True), (-period.outflow, False)):
        if amount:
            top, bottom = sorted((ys(0.0), ys(amount)))
            hint = f"{period.label}: {number(amount)}"
            drawing.add(_bar(Box(x - width / 2, top, x + width / 2, bottom), drawing.palette, is_in=is_in, hint=hint))


def _draw_sums(drawing: Drawing, sums: Sequence[float], xs: Sequence[float], ys: Linear, number: Format) -> None:
    palette, size = drawing.palette, drawing.palette.size
    places = [(x, ys(total)) for x, total in zip(xs, sums, strict=True)]
    drawing.add(el("path", d=path(places), fill="none", stroke=palette.ground, stroke_width=5.0, stroke_opacity=0.8))
    drawing.add(el("path", d=path(places), fill="none", stroke=palette.ink, stroke_width=2.0))
    for (x, y), total in zip(places, sums, strict=True):
        fill = palette.ink
        drawing.add(mark("circle", x, y, 3.4, fill=fill, stroke=palette.ground, stroke_width=1.0, hint=number(total)))
    for index in dict.fromkeys((len(sums) - 1, min(range(len(sums)), key=sums.__getitem__))):
        _draw_sum(drawing, number(sums[index]), *places[index], size)


def _draw_sum(drawing: Drawing, told: str, x: float, y: float, size: float) -> None:
    half = text_width(told, size, bold=True) / 2 + 1.0
    inside = min(max(x, half), drawing.frame.right - half)
    above = Label(inside, y - 9.0, (told,), size, "middle", bold=True, halo=True)
    below = above.moved(0.0, 18.0 + size * 0.8)
    drawing.say(*((above, below) if y < drawing.frame.bottom * 0.7 else (below, above)))


def _draw_names(drawing: Drawing, names: Sequence[str], xs: Sequence[float], y: float) -> None:
    """Every n-th name, so that they stand apart."""
    size = drawing.palette.size
    step = xs[1] - xs[0] if len(xs) > 1 else drawing.frame.right
    widest = max(text_width(name, size) for name in names) + 8.0
    every = max(1, -int(-widest // step))
    room = max(step * every - 6.0, 20.0)
    for name, x in list(zip(names, xs, strict=True))[::every]:
        drawing.line(clip(name, size, room), x, y, room, anchor="middle", fill=drawing.palette.muted)
