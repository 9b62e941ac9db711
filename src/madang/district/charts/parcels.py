"""Plan drawing of parcels, and a small map that shows where in the city they lie."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from madang.district.charts.ground import draw_scale_bar, metres, widest_place
from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import Points, arrow_up, hatched, mark, rect, ring_of
from madang.district.charts.palette import Hatch, Palette
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Box, Drawing, Label, clip, el, path, titled, wrap
from madang.district.charts.words import word

Ring = tuple[tuple[float, float], ...]
"""Corner points, WGS 84 longitude and latitude, first and last may be equal."""

_FINEST: Final = 0.6  # px between corners of an outline

Polygon = tuple[Ring, ...]
"""Outer ring, then holes."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of land. category: key of its colour (a phase, a use, a state, a tenant); hint: on hover."""

    id: str
    label: str
    polygons: tuple[Polygon, ...]
    category: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """An area drawn as a line behind, or in a locator map."""

    id: str
    label: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A colour's key and its words in the legend; the order gives colours and hatches."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Plan:
    """categories: those of the legend, in order; a parcel of another is drawn grey."""

    title: str
    desc: str
    parcels: tuple[Parcel, ...]
    categories: tuple[Category, ...]
    outlines: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True)
class Locator:
    """areas: all of the city; highlighted: ids of the filled ones; point: longitude and latitude of a mark, or None."""

    title: str
    desc: str
    areas: tuple[Outline, ...]
    highlighted: tuple[str, ...]
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The way from degrees to the picture. middle: longitude and latitude at (x, y); scale: px per metre."""

    middle: tuple[float, float]
    x: float
    y: float
    scale: float

    def rings(self, polygons: Sequence[Polygon]) -> tuple[Points, ...]:
        return tuple(self._ring(ring) for polygon in polygons for ring in polygon if len(ring) > 2)

    def outlines(self, polygons: Sequence[Polygon]) -> tuple[Points, ...]:
        """Rings without the corners that no eye can tell apart."""
        return tuple(_thinned(ring) for ring in self.rings(polygons))

    def point(self, lon_lat: tuple[float, float]) -> Points:
        return self._ring((lon_lat,))

    def _ring(self, ring: Ring) -> Points:
        return tuple((self.x + e * self.scale, self.y + s * self.scale) for e, s in metres(ring, self.middle))


def draw_plan(data: Plan, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    parcels = tuple(p for p in data.parcels if _is_drawable(p.polygons))
    if not parcels:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    keys = _keys(data, palette)
    foot = 34.0 + legend_height(keys, width, palette.size)
    sheet, body = _sheet([p.polygons for p in parcels], width, width * (1.0 if width < 480 else 0.62), air=28.0)
    drawing = Drawing(palette, width, body + foot)
    frame = Box(0.5, 0.5, width - 0.5, body - 0.5)
    drawing.add(rect(frame, palette.sunken, opacity=0.5))
    for outline in data.outlines:
        for ring in sheet.outlines(outline.polygons):
            line = _cut(ring, frame)
            drawing.add(*(_stroke(piece, palette.line_strong, 1.2, outline.label) for piece in line))
    _draw_north(drawing, width - 8.0, body + 7.0, lang)
    looks = {category.key: index for index, category in enumerate(data.categories)}
    shapes = [(parcel, sheet.rings(parcel.polygons)) for parcel in parcels]
    for parcel, rings in shapes:
        _draw_parcel(drawing, parcel, rings, looks.get(parcel.category))
    for parcel, rings in sorted(shapes, key=lambda s: (-_spread(s[1]), s[0].id)):
        _draw_name(drawing, parcel, rings)
    draw_scale_bar(drawing, 1.0, body + 16.0, sheet.scale, width / sheet.scale)
    draw_legend(drawing, keys, 0.0, body + 30.0, width)
    return drawing.svg(data.title, data.desc)


def draw_locator(data: Locator, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    areas = tuple(a for a in data.areas if _is_drawable(a.polygons))
    if not areas:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    sheet, body = _sheet([a.polygons for a in areas], width, width * 0.9, air=6.0)
    drawing = Drawing(palette, width, body + 26.0)
    chosen = [a for a in areas if a.id in data.highlighted]
    for area in (*(a for a in areas if a.id not in data.highlighted), *chosen):
        lit = area.id in data.highlighted
        fill, line = (palette.accent, palette.ink) if lit else (palette.sunken, palette.line_strong)
        d = "".join(path(ring, closed=True) for ring in sheet.outlines(area.polygons))
        drawing.add(
            el(
                "path",
                *titled(area.label),
                d=d,
                fill=fill,
                fill_opacity=0.75 if lit else None,
                fill_rule="evenodd",
                stroke=line,
                stroke_width=1.2 if lit else 0.8,
                data_id=area.id,
            )
        )
    if data.point and all(map(math.isfinite, data.point)):
        ((x, y),) = sheet.point(data.point)
        if Box(x - 5.0, y - 5.0, x + 5.0, y + 5.0).within(drawing.frame):
            drawing.add(mark("circle", x, y, 5.0, fill=palette.ink, stroke=palette.ground, stroke_width=1.5))
    for area in chosen:
        _draw_beside(drawing, area.label, sheet.rings(area.polygons))
    draw_scale_bar(drawing, 1.0, body + 14.0, sheet.scale, width / sheet.scale)
    return drawing.svg(data.title, data.desc)


def _thinned(ring: Points) -> Points:
    kept = [ring[0]]
    for x, y in ring[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= _FINEST:
            kept.append((x, y))
    return kept


def _corners(polygons: Sequence[Polygon]) -> list[tuple[float, float]]:
    return [corner for polygon in polygons for ring in polygon if len(ring) > 2 for corner in ring]


def _is_drawable(polygons: Sequence[Polygon]) -> bool:
    corners = _corners(polygons)
    return bool(corners) and all(abs(lon) <= 180 and abs(lat) < 90 for lon, lat in corners)


def _sheet(shapes: Sequence[Sequence[Polygon]], width: float, tallest: float, *, air: float) -> tuple[_Sheet, float]:
    """The largest scale at which all shapes fit width and tallest; with the height they then take."""
    corners = [corner for polygons in shapes for corner in _corners(polygons)]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    middle = ((west + east) / 2, (south + north) / 2)
    ((left, top), (right, bottom)) = metres(((west, north), (east, south)), middle)
    wide, tall = max(right - left, 1.0), max(bottom - top, 1.0)
    scale = min((width - 2 * air) / wide, (tallest - 2 * air) / tall)
    body = max(tall * scale + 2 * air, min(120.0, tallest))
    return _Sheet(middle, width / 2, body / 2, scale), body


def _look(index: int | None, palette: Palette) -> tuple[str, Hatch]:
    if index is None:
        return palette.muted, "none"
    style = palette.style(index)
    return style.colour, style.hatch


def _keys(data: Plan, palette: Palette) -> tuple[Key, ...]:
    def swatch(index: int) -> Callable[[float, float], str]:
        colour, hatch = _look(index, palette)

        def draw(x: float, y: float) -> str:
            box = Box(x - 8.0, y - 6.0, x + 8.0, y + 6.0)
            return rect(box, colour, opacity=0.32, stroke=colour, stroke_width=1.0) + hatched(
                (ring_of(box),), hatch, colour, gap=5.0
            )

        return draw

    return tuple(Key(category.label, swatch(index)) for index, category in enumerate(data.categories))


def _draw_parcel(drawing: Drawing, parcel: Parcel, rings: Sequence[Points], index: int | None) -> None:
    colour, hatch = _look(index, drawing.palette)
    hint = parcel.hint or parcel.label
    d = "".join(path(ring, closed=True) for ring in rings)
    drawing.add(
        el("path", d=d, fill=drawing.palette.ground, fill_rule="evenodd"),
        el(
            "path",
            *titled(hint),
            d=d,
            fill=colour,
            fill_opacity=0.32,
            fill_rule="evenodd",
            stroke=colour,
            stroke_width=1.2,
            stroke_linejoin="round",
            data_id=parcel.id,
        ),
        hatched(rings, hatch, colour, gap=7.0, opacity=0.55),
    )


def _spread(rings: Sequence[Points]) -> float:
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _draw_name(drawing: Drawing, parcel: Parcel, rings: Sequence[Points]) -> None:
    """Inside, where it fits whole on one line or two; else the pointer and the table say it."""
    size = drawing.palette.size - 0.5
    for lines in (1, 2, 3):
        height = size * 1.3 * lines + 4.0
        x, y, room = widest_place(rings, height)
        words = wrap(parcel.label, size, room - 8.0, lines=lines)
        if words and " ".join(words) == " ".join(parcel.label.split()):
            top = y - size * 1.3 * (len(words) - 1) / 2 + size * 0.35
            drawing.say(Label(x, top, words, size, "middle", halo=True, hint=parcel.hint))
            return


def _draw_beside(drawing: Drawing, words: str, rings: Sequence[Points]) -> None:
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    size, middle = drawing.palette.size, (min(ys) + max(ys)) / 2
    told = clip(words, size, drawing.frame.right * 0.6, bold=True)
    right = Label(max(xs) + 6.0, middle + size * 0.35, (told,), size, bold=True, halo=True)
    left = replace(right, x=min(xs) - 6.0, anchor="end")
    above = replace(right, x=(min(xs) + max(xs)) / 2, y=min(ys) - 6.0, anchor="middle")
    drawing.say(right, left, above, replace(above, y=max(ys) + size + 4.0))


def _draw_north(drawing: Drawing, x: float, y: float, lang: str) -> None:
    palette, size = drawing.palette, drawing.palette.size
    drawing.add(arrow_up(x, y, 18.0, palette.ink))
    drawing.line(word("north", lang), x - 9.0, y + 13.0, 30.0, size=size, anchor="end", bold=True)


def _stroke(points: Points, colour: str, width: float, hint: str) -> str:
    return el("path", *titled(hint), d=path(points), fill="none", stroke=colour, stroke_width=width)


def _cut(ring: Points, frame: Box) -> tuple[Points, ...]:
    """The pieces of an outline inside the frame: each edge cut by Liang and Barsky's rule, joined where they meet."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    if not Box(min(xs), min(ys), max(xs), max(ys)).overlaps(frame):
        return ()
    pieces: list[list[tuple[float, float]]] = []
    for start, end in pairwise((*ring, ring[0])):
        part = _clipped(start, end, frame)
        if part is None:
            continue
        if pieces and pieces[-1][-1] == part[0]:
            pieces[-1].append(part[1])
        else:
            pieces.append(list(part))
    return tuple(tuple(piece) for piece in pieces)


def _clipped(
    start: tuple[float, float], end: tuple[float, float], frame: Box
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    low, high = 0.0, 1.0
    sides = ((-dx, x - frame.left), (dx, frame.right - x), (-dy, y - frame.top), (dy, frame.bottom - y))
    for step, room in sides:
        if step == 0.0:
            if room < 0.0:
                return None
        elif step < 0.0:
            low = max(low, room / step)
        else:
            high = min(high, room / step)
    if low > high:
        return None
    first = start if low == 0.0 else (x + low * dx, y + low * dy)
    return first, end if high == 1.0 else (x + high * dx, y + high * dy)
