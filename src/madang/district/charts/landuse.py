"""Areas to scale: land uses as rectangles whose areas are true, for a plan that has no published parcels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from madang.district.charts.ground import draw_scale_bar
from madang.district.charts.legend import LINE
from madang.district.charts.marks import hatched, rect, ring_of
from madang.district.charts.palette import Hatch, Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.scale import finite
from madang.district.charts.svg import Box, Drawing, Format, Label, wrap
from madang.district.charts.words import word

_LOOKS: Final[dict[str, tuple[int, float, Hatch]]] = {
    "industrial": (0, 0.42, "none"),
    "research": (1, 0.34, "none"),
    "support": (5, 0.30, "rising"),
    "housing": (4, 0.34, "none"),
    "commercial": (3, 0.34, "none"),
    "education": (7, 0.34, "level"),
    "public": (3, 0.18, "falling"),
    "green": (2, 0.34, "none"),
    "infrastructure": (5, 0.22, "none"),
    "mixed": (6, 0.34, "grid"),
    "unknown": (5, 0.06, "falling"),
}
"""Index of the palette's series, opacity and hatch of each use; neighbours in hue differ in hatch."""


_LEAST: Final = 1e-6  # of a hectare, and of the whole: less than can be drawn, and more than zero


@dataclass(frozen=True, slots=True)
class LandUse:
    """One use. kind: the parcel's use word (industrial, green ...), which gives the colour; area in hectares."""

    id: str
    label: str
    kind: str
    area_ha: float


@dataclass(frozen=True, slots=True)
class LandUses:
    """number: writes hectares; share: writes a share, 1.0 = all."""

    title: str
    desc: str
    uses: tuple[LandUse, ...]
    number: Format
    share: Format


@dataclass(frozen=True, slots=True)
class _Key:
    """A use too small for its words: a number in or beside its rectangle, the words below."""

    use: LandUse
    words: str


def draw_landuses(data: LandUses, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    uses = sorted(
        (u for u in data.uses if finite((u.area_ha,)) and u.area_ha > _LEAST), key=lambda u: (-u.area_ha, u.id)
    )
    total = sum(u.area_ha for u in uses)
    if not uses:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    body = width * (0.9 if width < 480 else 0.56)
    seen = [max(u.area_ha / total, _LEAST) for u in uses]
    boxes = squarified([share / sum(seen) for share in seen], Box(0.5, 0.5, width - 0.5, body - 0.5))
    keys = [
        _Key(use, _words(data, use, total))
        for use, box in zip(uses, boxes, strict=True)
        if not any(_fits(label, box) for label in _labels(data, use, total, box, palette))
    ]
    columns = max(1, int(width / 300.0))
    foot = LINE * math.ceil(len(keys) / columns)
    drawing = Drawing(palette, width, body + 30.0 + foot)
    numbers = {key.use.id: index for index, key in enumerate(keys, 1)}
    for use, box in zip(uses, boxes, strict=True):
        _draw_use(drawing, data, use, total, box, numbers.get(use.id))
    per_metre = math.sqrt((width - 1.0) * (body - 1.0) / (total * 10_000.0))
    draw_scale_bar(drawing, 1.0, body + 16.0, per_metre, width / per_metre)
    size = palette.size
    told = f"{word('total', lang)} {data.number(total)}"
    drawing.line(told, width - 1.0, body + 20.0, width / 2, anchor="end", bold=True)
    for index, key in enumerate(keys):
        x, y = (index % columns) * width / columns, body + 30.0 + LINE * (index // columns)
        _draw_key(drawing, key, index + 1, x, y + LINE / 2, width / columns, size)
    return drawing.svg(data.title, data.desc)


def squarified(shares: Sequence[float], frame: Box) -> tuple[Box, ...]:
    """Boxes that fill the frame, areas as the shares (descending, sum 1), as square as may be.

    Source: M. Bruls, K. Huizing, J. J. van Wijk, Squarified Treemaps, 2000.
    """
    boxes: list[Box] = []
    area = (frame.right - frame.left) * (frame.bottom - frame.top)
    areas = [share * area for share in shares]
    while areas:
        wide, tall = frame.right - frame.left, frame.bottom - frame.top
        short = max(min(wide, tall), 1e-9)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], short) <= _worst(areas[:count], short):
            count += 1
        row, areas = areas[:count], areas[count:]
        thick = sum(row) / short
        at = frame.top if wide >= tall else frame.left
        for piece in row:
            long = piece / thick if thick else 0.0
            upright = Box(frame.left, at, frame.left + thick, at + long)
            boxes.append(upright if wide >= tall else Box(at, frame.top, at + long, frame.top + thick))
            at += long
        rest = (frame.left + thick, frame.top) if wide >= tall else (frame.left, frame.top + thick)
        frame = Box(*rest, frame.right, frame.bottom)
    return tuple(boxes)


def _worst(row: Sequence[float], short: float) -> float:
    total = sum(row)
    if not total or not row[-1]:
        return math.inf
    return max(short * short * row[0] / (total * total), total * total / (short * short * row[-1]))


def _words(data: LandUses, use: LandUse, total: float) -> str:
    return f"{use.label} {data.number(use.area_ha)} · {data.share(use.area_ha / total)}"


def _labels(data: LandUses, use: LandUse, total: float, box: Box, palette: Palette) -> tuple[Label, ...]:
    """From generous to tight."""
    size, room = palette.size, box.right - box.left - 16.0
    area, share = data.number(use.area_ha), data.share(use.area_ha / total)
    name = wrap(use.label, size, room, lines=3, bold=False)
    whole = " ".join(name) == " ".join(use.label.split())
    choices = [(*name, f"{area} · {share}"), (*name, area, share)] if whole else []
    return tuple(Label(box.left + 8.0, box.top + 8.0 + size * 0.86, lines, size, hint="") for lines in choices)


def _fits(label: Label, box: Box) -> bool:
    return label.box.within(Box(box.left + 4.0, box.top + 4.0, box.right - 4.0, box.bottom - 4.0))


def _draw_use(drawing: Drawing, data: LandUses, use: LandUse, total: float, box: Box, number: int | None) -> None:
    palette = drawing.palette
    drawing.add(_swatch(palette, use.kind, box, hint=_words(data, use, total), data_id=use.id))
    if number is None:
        fitting = (label for label in _labels(data, use, total, box, palette) if _fits(label, box))
        drawing.say(next(fitting))
        return
    size = palette.size - 1.0
    middle = Label((box.left + box.right) / 2, (box.top + box.bottom) / 2 + size * 0.35, (str(number),), size, "middle")
    if middle.box.within(box):
        drawing.say(middle)


def _swatch(palette: Palette, kind: str, box: Box, *, hint: str = "", data_id: str | None = None) -> str:
    series, opacity, hatch = _LOOKS.get(kind, (5, 0.12, "none"))
    colour = palette.series[series % len(palette.series)]
    ground = rect(box, colour, opacity=opacity, stroke=palette.ground, stroke_width=1.6, hint=hint, data_id=data_id)
    return ground + hatched((ring_of(box),), hatch, colour, gap=9.0, opacity=0.35)


def _draw_key(drawing: Drawing, key: _Key, number: int, x: float, y: float, room: float, size: float) -> None:
    drawing.add(_swatch(drawing.palette, key.use.kind, Box(x + 1.0, y - 6.0, x + 13.0, y + 6.0)))
    told = f"{number} {key.words}"
    drawing.line(told, x + 20.0, y + size * 0.35, room - 28.0, fill=drawing.palette.ink)
