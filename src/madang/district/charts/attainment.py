"""How far targets are met, with the four bands of U4SSC: below 33, 66 and 95 % of the target, and above."""

from dataclasses import dataclass
from typing import Final

from madang.district.charts.marks import hatched, rect, ring_of, rule
from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import Linear, finite
from madang.district.charts.svg import Box, Drawing, Format, Label, el, path, text_width, wrap
from madang.district.charts.words import word

_BOUNDS: Final = (0.33, 0.66, 0.95)
_NARROW: Final = 560.0


@dataclass(frozen=True, slots=True)
class Attainment:
    """share: of the target, 1.0 = met, None = not known; told: value and target in words (`5,000 / 20,000`)."""

    id: str
    label: str
    share: float | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Attainments:
    """share: writes a share."""

    title: str
    desc: str
    rows: tuple[Attainment, ...]
    share: Format


def draw_attainments(data: Attainments, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    if not data.rows:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    narrow, size = width < _NARROW, palette.size
    row = 48.0 if narrow else 34.0
    label_room = 0.0 if narrow else min(max(text_width(r.label, size) for r in data.rows) + 14.0, width * 0.34)
    told_room = min(max(text_width(_share(data, r, lang), size, bold=True) for r in data.rows) + 10.0, width * 0.25)
    more = max(text_width(r.told, size) for r in data.rows) + 10.0
    more = 0.0 if narrow else min(more, width * 0.26)
    right = max(width - told_room - more - 46.0, label_room + 60.0)
    scale = Linear(0.0, 1.0, label_room + 1.0, right)
    drawing = Drawing(palette, width, 24.0 + row * len(data.rows) + 4.0)
    _draw_bounds(drawing, data, scale, 24.0 + row * len(data.rows))
    for index, item in enumerate(data.rows):
        _draw_row(drawing, data, item, scale, 24.0 + index * row, row, label_room, told_room, lang, narrow=narrow)
    return drawing.svg(data.title, data.desc)


def _share(data: Attainments, item: Attainment, lang: str) -> str:
    known = bool(finite((item.share,)))
    return data.share(item.share or 0.0) if known else word("no data", lang)


def _draw_bounds(drawing: Drawing, data: Attainments, scale: Linear, bottom: float) -> None:
    palette, size = drawing.palette, drawing.palette.size - 1.0
    drawing.line("U4SSC", scale.end + 12.0, 13.0, 60.0, size=size, fill=palette.muted)
    for bound in (1.0, *_BOUNDS):
        x = scale(bound)
        drawing.add(rule(x, 20.0, x, bottom, palette.line_strong if bound == 1.0 else palette.line))
        words = data.share(bound)
        if bound != 0.95:
            drawing.line(
                words, x, 13.0, 80.0, size=size, anchor="end" if bound == 1.0 else "middle", fill=palette.muted
            )


def band_of(share: float) -> int:
    """How many of U4SSC's bounds are reached, 0 to 3."""
    return sum(share >= bound for bound in _BOUNDS)


def _draw_row(
    drawing: Drawing,
    data: Attainments,
    item: Attainment,
    scale: Linear,
    top: float,
    row: float,
    label_room: float,
    told_room: float,
    lang: str,
    *,
    narrow: bool,
) -> None:
    palette, size = drawing.palette, drawing.palette.size
    y = top + (row - 14.0 if narrow else row / 2)
    base = y + size * 0.35
    if narrow:
        told = drawing.line(
            item.told, drawing.frame.right, top + 16.0, drawing.frame.right * 0.5, anchor="end", fill=palette.muted
        )
        drawing.line(item.label, 0.0, top + 16.0, drawing.frame.right - (told.width + 10.0 if told else 0.0))
    else:
        lines = wrap(item.label, size, label_room - 12.0, lines=2)
        drawing.say(Label(0.0, base - (len(lines) - 1) * size * 0.65, lines, size))
        room = drawing.frame.right - (scale.end + 46.0 + told_room)
        drawing.line(item.told, drawing.frame.right, base, room, anchor="end", fill=palette.muted)
    track = Box(scale.start, y - 6.0, scale.end, y + 6.0)
    share = item.share
    if share is None or not finite((share,)):
        drawing.add(hatched((ring_of(track),), "rising", palette.line_strong, gap=5.0))
        drawing.line(word("no data", lang), scale.end + 12.0, base, told_room + 36.0, fill=palette.muted)
        return
    drawing.add(rect(track, palette.sunken))
    hint = f"{item.label}: {data.share(share)} {item.told}".strip()
    drawing.add(rect(Box(scale.start, y - 6.0, scale(share), y + 6.0), palette.accent, data_id=item.id, hint=hint))
    if share > 1.0:
        tip = ((scale.end - 9.0, y - 4.0), (scale.end - 3.0, y), (scale.end - 9.0, y + 4.0))
        drawing.add(el("path", d=path(tip, closed=True), fill=palette.ground))
    _draw_level(drawing, band_of(share), scale.end + 12.0, y)
    drawing.line(data.share(share), scale.end + 46.0 + told_room - 10.0, base, told_room, anchor="end", bold=True)


def _draw_level(drawing: Drawing, reached: int, x: float, y: float) -> None:
    """Three small steps, filled as far as bounds are reached: the band without colour."""
    palette = drawing.palette
    for step in range(3):
        height = 5.0 + 3.5 * step
        box = Box(x + step * 7.0, y + 6.0 - height, x + step * 7.0 + 5.0, y + 6.0)
        filled = step < reached
        drawing.add(
            rect(
                box,
                palette.ink if filled else "none",
                stroke=palette.ink if filled else palette.line_strong,
                stroke_width=1.0,
            )
        )
