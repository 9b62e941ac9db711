"""Marks and hatches: what tells series apart without colour. Hatches are lines, since ids of patterns would collide."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from madang.district.charts.palette import Hatch, Shape
from madang.district.charts.svg import Box, el, path, titled

Points = Sequence[tuple[float, float]]

_ANGLES: Final[dict[Hatch, tuple[float, ...]]] = {
    "none": (),
    "rising": (-math.pi / 4,),
    "falling": (math.pi / 4,),
    "level": (0.0,),
    "upright": (math.pi / 2,),
    "grid": (-math.pi / 4, math.pi / 4),
}
_LINES_MAX: Final = 300


def _corners(count: int, radius: float, turn: float) -> tuple[tuple[float, float], ...]:
    angles = [turn + 2 * math.pi * i / count for i in range(count)]
    return tuple((radius * math.cos(a), radius * math.sin(a)) for a in angles)


_FORMS: Final[dict[Shape, tuple[tuple[float, float], ...]]] = {
    "square": _corners(4, 1.25, math.pi / 4),
    "diamond": _corners(4, 1.3, 0.0),
    "triangle": _corners(3, 1.35, -math.pi / 2),
    "drop": _corners(3, 1.35, math.pi / 2),
    "hexagon": _corners(6, 1.15, 0.0),
    "bar": ((-0.3, -1.4), (0.3, -1.4), (0.3, 1.4), (-0.3, 1.4)),
    "cross": tuple(
        (x * 1.25, y * 1.25)
        for x, y in (
            (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35),
            (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35),
        )
    ),
}  # fmt: skip


def mark(
    shape: Shape,
    x: float,
    y: float,
    radius: float,
    *,
    fill: str,
    stroke: str | None = None,
    stroke_width: float | None = None,
    hint: str = "",
    data_id: str | None = None,
) -> str:
    """One mark around a point; all shapes look about as large."""
    if shape == "circle":
        return el(
            "circle",
            *titled(hint),
            cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=stroke_width, data_id=data_id,
        )  # fmt: skip
    corners = path(((x + radius * dx, y + radius * dy) for dx, dy in _FORMS[shape]), closed=True)
    return el(
        "path", *titled(hint), d=corners, fill=fill, stroke=stroke, stroke_width=stroke_width, data_id=data_id
    )  # fmt: skip


def rule(x1: float, y1: float, x2: float, y2: float, stroke: str, *, width: float = 1.0, dash: str = "") -> str:
    """A straight line."""
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash or None)


def rect(
    box: Box,
    fill: str,
    *,
    opacity: float | None = None,
    stroke: str | None = None,
    stroke_width: float | None = None,
    dash: str = "",
    radius: float | None = None,
    hint: str = "",
    data_id: str | None = None,
) -> str:
    """A filled rectangle."""
    return el(
        "rect",
        *titled(hint),
        x=box.left,
        y=box.top,
        width=max(box.right - box.left, 0.0),
        height=max(box.bottom - box.top, 0.0),
        rx=radius,
        fill=fill,
        fill_opacity=opacity,
        stroke=stroke,
        stroke_width=stroke_width,
        stroke_dasharray=dash or None,
        data_id=data_id,
    )


def ring_of(box: Box) -> Points:
    """The corners of a box."""
    return ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))


def crossings(rings: Iterable[Points], y: float) -> tuple[float, ...]:
    """Where a level line crosses the edges of rings, in order; pairs of them are the inside (even-odd)."""
    found = []
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], *ring[:1]), strict=True):
            if (y1 <= y) != (y2 <= y):
                found.append(x1 + (y - y1) / (y2 - y1) * (x2 - x1))
    return tuple(sorted(found))


def hatched(rings: Sequence[Points], kind: Hatch, stroke: str, *, gap: float = 6.0, opacity: float = 0.7) -> str:
    """The hatch of an area as one path, empty for kind none."""
    pieces = "".join(piece for angle in _ANGLES[kind] for piece in _stripes(rings, angle, gap))
    return el("path", d=pieces, stroke=stroke, stroke_width=1.0, stroke_opacity=opacity, fill="none") if pieces else ""


def _stripes(rings: Sequence[Points], angle: float, gap: float) -> Iterator[str]:
    cos, sin = math.cos(angle), math.sin(angle)
    turned = [[(x * cos + y * sin, y * cos - x * sin) for x, y in ring] for ring in rings]
    ys = [y for ring in turned for _, y in ring]
    if not ys:
        return
    gap = max(gap, (max(ys) - min(ys)) / _LINES_MAX)
    for i in range(math.ceil(min(ys) / gap), math.floor(max(ys) / gap) + 1):
        y = i * gap
        cuts = crossings(turned, y)
        for x1, x2 in zip(cuts[::2], cuts[1::2], strict=False):
            ends = ((x * cos - y * sin, x * sin + y * cos) for x in (x1, x2))
            yield path(ends)


def arrow_up(x: float, y: float, height: float, fill: str) -> str:
    """A north arrow, its tip at (x, y)."""
    half, notch = height * 0.3, height * 0.75
    return el(
        "path", d=path(((x, y), (x + half, y + height), (x, y + notch), (x - half, y + height)), closed=True), fill=fill
    )
