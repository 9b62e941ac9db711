"""Lines over years with the band in which eight of ten runs lie, and targets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from madang.district.charts.axes import draw_levels, levels_room, value_ticks
from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import mark, rect, rule
from madang.district.charts.palette import Palette, Style
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, extent, finite, ticks, widened
from madang.district.charts.svg import Box, Drawing, Format, Label, el, path, spread, text_width, wrap
from madang.district.charts.words import word


@dataclass(frozen=True, slots=True)
class BandPoint:
    """year may have a fraction; value None is a gap; low and high: P10 and P90, or None without a band."""

    year: float
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One series, points by year."""

    id: str
    label: str
    points: tuple[BandPoint, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A level to reach."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Bands:
    """zero: the scale holds 0 (leave it unless small differences matter); now: year of a line `today`, or None."""

    title: str
    desc: str
    lines: tuple[Line, ...]
    number: Format
    targets: tuple[Target, ...] = ()
    now: float | None = None
    zero: bool = True


def draw_bands(data: Bands, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    values = finite(v for line in data.lines for p in line.points for v in (p.value, p.low, p.high))
    years = finite(p.year for line in data.lines for p in line.points)
    if not values or not years:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    body = min(max(200.0, width * 0.42), 380.0)
    low, high = extent((*values, *finite(t.value for t in data.targets)), zero=data.zero)
    low, high = widened(low, high, 4)
    told = value_ticks(low, high, body, data.number)
    keys = _keys(data, palette)
    head = (legend_height(keys, width, palette.size) + 4.0 if keys else 0.0) + 14.0
    left = levels_room(told, palette.size, width)
    right = width - _label_room(data, palette, width)
    drawing = Drawing(palette, width, head + body + 26.0)
    xs = Linear(*extent((*years, *finite((data.now,))), zero=False), left + 6.0, right - 10.0)
    ys = Linear(low, high, head + body, head)
    draw_legend(drawing, keys, 0.0, 0.0, width)
    draw_levels(drawing, told, ys, left, right)
    _draw_years(drawing, xs, head, body, data.now, lang)
    for index, line in enumerate(data.lines):
        _draw_line(drawing, line, xs, ys, palette.style(index), data.number)
    _draw_ends(drawing, data, xs, ys, right)
    for target in data.targets:
        _draw_target(drawing, target, ys, left, right)
    return drawing.svg(data.title, data.desc)


def _has_band(line: Line) -> bool:
    return any(p.low is not None and p.high is not None for p in line.points)


def _keys(data: Bands, palette: Palette) -> tuple[Key, ...]:
    """Only what a direct label cannot say: the band."""
    if not any(map(_has_band, data.lines)):
        return ()
    colour = palette.style(next(i for i, line in enumerate(data.lines) if _has_band(line))).colour
    return (Key("P10–P90", lambda x, y: rect(Box(x - 8, y - 5, x + 8, y + 5), colour, opacity=0.2)),)


def _label_room(data: Bands, palette: Palette, width: float) -> float:
    widest = max(text_width(line.label, palette.size, bold=True) for line in data.lines)
    return min(widest + 14.0, width * 0.3)


def _draw_years(drawing: Drawing, xs: Linear, head: float, body: float, now: float | None, lang: str) -> None:
    palette = drawing.palette
    room = xs.end - xs.start
    whole = [year for year in ticks(xs.low, xs.high, max(2, int(room / 64.0))) if year == int(year)]
    for year in whole or [float(round(xs.low))]:
        x = xs(year)
        drawing.add(rule(x, head + body, x, head + body + 4.0, palette.line_strong))
        drawing.line(f"{year:.0f}", x, head + body + 18.0, 90.0, anchor="middle", fill=palette.muted)
    if now is not None and finite((now,)):
        x = xs(now)
        drawing.add(rule(x, head, x, head + body, palette.ink, dash="2 3"))
        drawing.line(word("today", lang), x, head - 4.0, 90.0, anchor="middle", bold=True)


def _runs(points: Sequence[BandPoint], *, band: bool) -> Iterable[list[BandPoint]]:
    """Stretches without a gap."""
    ordered = sorted((p for p in points if finite((p.year,))), key=lambda p: p.year)

    def known(point: BandPoint) -> bool:
        return len(finite((point.low, point.high) if band else (point.value,))) == (2 if band else 1)

    return [list(run) for there, run in groupby(ordered, key=known) if there]


def _draw_line(drawing: Drawing, line: Line, xs: Linear, ys: Linear, style: Style, number: Format) -> None:
    for run in _runs(line.points, band=True):
        upper = [(xs(p.year), ys(p.high or 0.0)) for p in run]
        lower = [(xs(p.year), ys(p.low or 0.0)) for p in reversed(run)]
        drawing.add(el("path", d=path((*upper, *lower), closed=True), fill=style.colour, fill_opacity=0.16))
    for run in _runs(line.points, band=False):
        places = [(xs(p.year), ys(p.value or 0.0)) for p in run]
        dash = style.dash or None
        drawing.add(
            el("path", d=path(places), fill="none", stroke=style.colour, stroke_width=2.2, stroke_dasharray=dash)
        )
        marked = zip(run, places, strict=True) if len(run) <= 12 else ((run[-1], places[-1]),)
        for point, (x, y) in marked:
            hint = f"{line.label}, {point.year:g}: {number(point.value or 0.0)}"
            drawing.add(
                mark(
                    style.shape,
                    x,
                    y,
                    3.4,
                    fill=style.colour,
                    stroke=drawing.palette.ground,
                    stroke_width=1.0,
                    hint=hint,
                )
            )


def _draw_ends(drawing: Drawing, data: Bands, xs: Linear, ys: Linear, right: float) -> None:
    palette, size = drawing.palette, drawing.palette.size
    room = drawing.frame.right - right - 4.0
    ends = []
    for index, line in enumerate(data.lines):
        known = [p for run in _runs(line.points, band=False) for p in run]
        if known:
            value = known[-1].value or 0.0
            words = (*wrap(line.label, size, room, lines=2, bold=True), data.number(value))
            ends.append((ys(value), words, palette.style(index).colour))
    height = size * 1.3 * max((len(words) for _, words, _ in ends), default=1) + 4.0
    low, high = ys.end + size * 0.4, ys.start - height + size * 1.6
    middles = spread([y - height / 2 + size for y, _, _ in ends], height, low, max(low, high))
    for (_, words, colour), place in zip(ends, middles, strict=True):
        drawing.say(Label(right + 2.0, place, words, size, fill=colour, bold=True))


def _draw_target(drawing: Drawing, target: Target, ys: Linear, left: float, right: float) -> None:
    if not finite((target.value,)):
        return
    y, palette, size = ys(target.value), drawing.palette, drawing.palette.size
    drawing.add(rule(left, y, right, y, palette.ink, width=1.4, dash="7 4"))
    words = wrap(target.label, size, right - left - 12.0, lines=1, bold=True)
    above = Label(left + 6.0, y - 6.0, words, size, bold=True, halo=True)
    drawing.say(above, above.moved(0.0, size + 10.0))
